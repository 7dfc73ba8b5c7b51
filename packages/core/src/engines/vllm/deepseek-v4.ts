import { type CompressedLayer, type LatentLayer, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { roundUp } from '../../text/exact.js';
import { type CacheType, isPlainFp8 } from './cache-types.js';
import { factsOf, VLLM_RELEASES } from './releases.js';
import type { VllmSettings } from './settings.js';
import type { Spec } from './spec.js';

/** Tokens in a block of everything that is not in a window: the only size that the kernels take. */
export const DEEPSEEK_V4_BLOCK_SIZE = 256;

/** Bytes of a latent of 448 + 64: 448 fp8, the rotary key of 64 in bf16, 7 scales and one byte of padding. */
const LATENT_BYTES = 584;

/** Bytes that a block is padded to a multiple of, for the stride of FlashMLA's decode kernel. */
const ALIGNMENT = 576;

const BLOCK_OF_WINDOW = 64;

/** A compressor of ratio 4 overlaps with the group before, so it has two of everything. */
const COMPRESSORS = new Map([
  [4, { blockSize: 4, groups: 2 }],
  [128, { blockSize: 8, groups: 1 }],
]);

const STATE_ELEMENT_BYTES = 4;

type PartialSpec = Pick<Spec, 'kind' | 'pool' | 'geometry'> & Partial<Spec>;

/** Whether vLLM packs blocks of different sizes side by side for this model. */
export function isDeepseekV4({ layers }: Model): boolean {
  return layers.some((layer) =>
    memoriesOf(layer).some(
      (memory) =>
        memory.kind === 'compressed' || (memory.kind === 'latent' && memory.slidingWindow !== undefined),
    ),
  );
}

/**
 * The caches of one part of a DeepSeek-V4 layer, on a Hopper GPU. Each block is padded to a multiple of 576 bytes.
 *
 * - The window: 584 bytes for each of its tokens, in blocks of 64.
 * - Ratio R: an entry of 584 bytes for every R tokens, in blocks of 256 tokens; an indexer's keys as well, fp8 with an
 *   fp32 scale.
 * - A compressor for either of them: keys and scores in fp32, as a window of the tokens that are yet to be compressed:
 *   8 in blocks of 4 for ratio 4, each twice as long; 128 in blocks of 8 for ratio 128.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/models/deepseek_v4/attention.py` (`DeepseekV4Attention`,
 * `DeepseekV4IndexerCache`, `DeepseekV4Indexer`), `vllm/models/deepseek_v4/compressor.py` (`CompressorStateCache`,
 * `DeepseekCompressor`), `vllm/v1/attention/backends/mla/sparse_swa.py` (`DeepseekV4SWACache`).
 *
 * @throws InputError for sizes, dtypes and releases whose blocks are not known here.
 */
export function deepseekV4Specs(
  memory: LatentLayer | CompressedLayer,
  model: Model,
  cacheType: CacheType,
  settings: VllmSettings,
): readonly PartialSpec[] {
  checkSupport(memory, model, cacheType, settings);
  if (memory.kind === 'latent') {
    const limit = memory.slidingWindow;
    return [rows('sliding', `sliding(${limit})`, BLOCK_OF_WINDOW, BLOCK_OF_WINDOW, LATENT_BYTES, { limit })];
  }
  const { compressRatio, headDim, indexer } = memory;
  const entries = DEEPSEEK_V4_BLOCK_SIZE / compressRatio;
  return [
    ...(indexer === undefined
      ? []
      : [
          rows('latent', 'indexer', DEEPSEEK_V4_BLOCK_SIZE, entries, indexerBytes(indexer.indexHeadDim)),
          compressor(compressRatio, indexer.indexHeadDim),
        ]),
    rows('latent', `compressed(1/${compressRatio})`, DEEPSEEK_V4_BLOCK_SIZE, entries, LATENT_BYTES),
    compressor(compressRatio, headDim),
  ];
}

function indexerBytes(indexHeadDim: number): number {
  return indexHeadDim + Math.floor(indexHeadDim / 128) * 4;
}

function compressor(ratio: number, headDim: number): PartialSpec {
  const { blockSize, groups } = compressorOf(ratio);
  const bytes = 2 * groups * headDim * STATE_ELEMENT_BYTES;
  return rows('sliding', `compressor(1/${ratio})`, blockSize, blockSize, bytes, { limit: groups * ratio });
}

function compressorOf(ratio: number): { readonly blockSize: number; readonly groups: number } {
  const known = COMPRESSORS.get(ratio);
  if (known === undefined) {
    throw new InputError(
      `vLLM has compressors of ratio ${[...COMPRESSORS.keys()].join(' and ')}, not ${ratio}; use the engine ideal.`,
    );
  }
  return known;
}

/** A block of rows, each of whole bytes, for a number of tokens that may be larger. */
function rows(
  kind: 'latent' | 'sliding',
  pool: string,
  blockSize: number,
  count: number,
  bytes: number,
  window: Pick<Spec, 'limit'> = { limit: undefined },
): PartialSpec {
  const padded = roundUp(count * bytes, ALIGNMENT);
  return {
    kind,
    pool,
    blockSize,
    keyBytes: (count * bytes) / blockSize,
    geometry: count === blockSize ? `${bytes} bytes` : `(${bytes} bytes / ${blockSize / count})`,
    paddedPageBytes: padded === count * bytes ? undefined : padded,
    ...window,
  };
}

function checkSupport(
  memory: LatentLayer | CompressedLayer,
  { name }: Model,
  cacheType: CacheType,
  settings: VllmSettings,
): void {
  if (factsOf(settings).deepseekV4Blocks === 'none') {
    throw new InputError(
      `vLLM ${settings.version} does not run ${name}; DeepSeek-V4 came with ${VLLM_RELEASES.since(({ deepseekV4Blocks }) => deepseekV4Blocks !== 'none')}.`,
    );
  }
  if (settings.blockSize !== undefined && settings.blockSize !== DEEPSEEK_V4_BLOCK_SIZE) {
    throw new InputError(
      `--block-size is ${settings.blockSize}, but the kernels for ${name} take ${DEEPSEEK_V4_BLOCK_SIZE} only.`,
    );
  }
  if (settings.disableHybridKvCacheManager === true) {
    throw new InputError(
      `vLLM needs the hybrid KV cache manager for ${name}, whose layers are of several kinds; leave out --disable-hybrid-kv-cache-manager.`,
    );
  }
  if (!isPlainFp8(cacheType)) {
    throw new InputError(
      `vLLM stores the caches of ${name} in fp8 only on a Hopper GPU (fp8_ds_mla), not in ${cacheType.flag}; give --kv-dtype fp8_e4m3.`,
    );
  }
  const elements = memory.kind === 'latent' ? memory.kvLoraRank + memory.qkRopeHeadDim : memory.headDim;
  if (elements !== 512 || (memory.kind === 'latent' && memory.qkRopeHeadDim !== 64)) {
    throw new InputError(
      `vLLM stores latents of DeepSeek-V4 of 448 + 64 elements only, not the ${elements} of ${name}; use the engine ideal.`,
    );
  }
}
