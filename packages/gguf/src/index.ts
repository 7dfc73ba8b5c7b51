export { blobSource } from './blob.js';
export { type GgufHeader, readHeader } from './header.js';
export { type GgufContents, readGguf, shardNames, withoutShard } from './shards.js';
export type { ByteSource } from './source.js';
export { type RangeAnswer, rangeFrom, type UrlOptions, urlSource } from './url.js';
