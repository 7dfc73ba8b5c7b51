import { type GgufMetadata, type GgufTensor, InputError } from '@kv/core';
import { type GgufHeader, readHeader } from './header.js';
import type { ByteSource } from './source.js';

/** What a GGUF model says, in one file or several. */
export interface GgufContents {
  /** Of the first file, where there are several. */
  readonly metadata: GgufMetadata;
  /** Of all files. */
  readonly tensors: readonly GgufTensor[];
}

/** More files than any model is cut into. */
const MAX_SHARDS = 1000;

/** Files whose headers are read at the same time. */
const AT_A_TIME = 4;

const SHARD = /-(\d{5})-of-(\d{5})(?=\.gguf(?:$|[?#]))/i;

/**
 * The names of all files of a model that is cut into several, in order, when the name is that of one of them
 * (`model-00002-of-00003.gguf`); else the name alone.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama.cpp` (`llama_split_path`).
 *
 * @throws InputError for a number that is beyond the last.
 */
export function shardNames(name: string): readonly string[] {
  const [, shard, total] = SHARD.exec(name) ?? [];
  if (shard === undefined || total === undefined) {
    return [name];
  }
  const count = Number(total);
  if (Number(shard) < 1 || Number(shard) > count || count > MAX_SHARDS) {
    throw new InputError(
      `"${name}" is said to be file ${Number(shard)} of ${count}; there are 1 to ${MAX_SHARDS}, counted from 1.`,
    );
  }
  return Array.from({ length: count }, (_, index) =>
    name.replace(SHARD, `-${String(index + 1).padStart(5, '0')}-of-${total}`),
  );
}

/** A name without the part that says which of several files it is. */
export function withoutShard(name: string): string {
  return name.replace(SHARD, '');
}

/**
 * The headers of a model's file, or of all its files when it is cut into several.
 *
 * @param name the name of any of them.
 * @param open the bytes of the file with a name.
 * @throws InputError for a file that is missing, that cannot be read, or that belongs to another model.
 */
export async function readGguf(name: string, open: (name: string) => ByteSource): Promise<GgufContents> {
  const names = shardNames(name);
  const headers: GgufHeader[] = [];
  for (let start = 0; start < names.length; start += AT_A_TIME) {
    const batch = names.slice(start, start + AT_A_TIME);
    headers.push(...(await Promise.all(batch.map((shard) => readHeader(open(shard))))));
  }
  names.forEach((shard, index) => {
    checkShard(shard, headers[index]?.metadata ?? {}, index, names.length);
  });
  const tensors = headers.flatMap((header) => header.tensors);
  const metadata = headers[0]?.metadata ?? {};
  const stated = numberAt(metadata, 'split.tensors.count');
  if (names.length > 1 && stated !== undefined && stated !== tensors.length) {
    throw new InputError(
      `${names[0]} says that the model has ${stated} tensors, but its ${names.length} files have ${tensors.length}.`,
    );
  }
  return { metadata, tensors };
}

function checkShard(name: string, metadata: GgufMetadata, index: number, count: number): void {
  const total = numberAt(metadata, 'split.count') ?? 1;
  const place = numberAt(metadata, 'split.no') ?? index;
  if (total > 1 && count === 1) {
    throw new InputError(
      `${name} is one of ${total} files of a model; it must be called as it was published, such as model-00001-of-${String(total).padStart(5, '0')}.gguf, with the others beside it.`,
    );
  }
  if (count > 1 && (total !== count || place !== index)) {
    throw new InputError(
      `${name} says that it is file ${place + 1} of ${total}, not ${index + 1} of ${count} as its name says.`,
    );
  }
}

function numberAt(metadata: GgufMetadata, key: string): number | undefined {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return value === undefined ? undefined : Number(value);
}
