import type { CompressedLayer, LatentLayer } from '../../model/layer.js';
import { InputError } from '../../text/errors.js';
import { roundUp } from '../../text/exact.js';
import { pageBytesOf, rowBytesIn } from './deepseek-v4-rows.js';
import { type Entry, pagedEntry } from './entry.js';
import type { PoolContext } from './pool-context.js';

/** Rows of the ring that a layer of ratio 4 keeps for each page of sliding tokens, without speculative decoding. */
const RING_OF_4 = 8;

/** Rows of the ring that a layer of ratio 128 keeps for each request. */
const RING_OF_128 = 128;

const STATE_ELEMENT_BYTES = 4;

/**
 * The buffers of one DeepSeek-V4 layer. Its page of P tokens (256) is padded to a multiple of 576 bytes.
 *
 * - The window: a row for each sliding token and a page more.
 * - Ratio R (4 or 128): an entry for every R tokens, in pages of P / R, and P entries more; an indexer's keys in as
 *   many, fp8 with an fp32 scale.
 * - The compressor's states, keys and scores in fp32: of ratio 4 a ring of 8 rows for each page of sliding tokens, of
 *   ratio 128 a ring of 128 rows for each request and one for padding; a ring and a row more each, in whole ratios.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/deepseek_v4_memory_pool.py`
 * (`DeepSeekV4TokenToKVPool`, `DeepSeekV4SingleKVPool`, `DeepSeekV4IndexerPool`), `mem_cache/deepseek_v4_compress_state.py`
 * (`CompressStatePool`), `kernels/ops/attention/dsv4/kv_layout.py` (`KVLayout.page_bytes`),
 * `model_executor/pool_configurator.py` (`DSV4PoolConfigurator._compute_dsv4_sizes`).
 *
 * @throws InputError for sizes or dtypes that this layout does not have.
 */
export function deepseekV4Entries(
  memory: LatentLayer | CompressedLayer,
  context: PoolContext,
): readonly Entry[] {
  const { model, cacheDtype, tokens, settings } = context;
  if (settings.disableHybridSwaMemory === true) {
    throw new InputError(
      `SGLang keeps the windows of ${model.name} in a pool of their own only; leave out --disable-hybrid-swa-memory.`,
    );
  }
  if (cacheDtype !== 'fp8_e4m3') {
    throw new InputError(
      `SGLang stores the caches of ${model.name} in fp8_e4m3 only on CUDA, not ${cacheDtype}; give --kv-dtype fp8_e4m3.`,
    );
  }
  if (memory.kind === 'latent') {
    if (memory.kvLoraRank !== 448 || memory.qkRopeHeadDim !== 64) {
      throw new InputError(
        `SGLang stores latents of DeepSeek-V4 of 448 + 64 elements only, not the ${memory.kvLoraRank} + ${memory.qkRopeHeadDim} of ${model.name}.`,
      );
    }
    const row = {
      keyBytes: rowBytesIn(tokens.pageSize),
      valueBytes: 0,
      arithmetic: arithmeticIn(tokens.pageSize),
    };
    return [
      pagedEntry(
        `latent(${memory.slidingWindow})`,
        row,
        tokens,
        ({ sliding }) => sliding,
        1 / (tokens.ratio ?? 1),
      ),
    ];
  }
  return compressedEntries(memory, context);
}

function compressedEntries(memory: CompressedLayer, context: PoolContext): readonly Entry[] {
  const { model, tokens, numSequences } = context;
  const { pageSize } = tokens;
  const { compressRatio, headDim, indexer } = memory;
  if ((compressRatio !== 4 && compressRatio !== 128) || headDim !== 512) {
    throw new InputError(
      `SGLang has compressed caches of ratio 4 and 128 and of 512 elements here, not the ratio ${compressRatio} and ${headDim} of ${model.name}.`,
    );
  }
  const entriesOfPool = (pool: string, keyBytes: number, arithmetic: string): Entry => ({
    ...pagedEntry(
      pool,
      { keyBytes, valueBytes: 0, arithmetic },
      tokens,
      ({ full }) => full / compressRatio,
      1,
    ),
    tokensPerSlot: compressRatio,
    rule: ({ full }) => `${full} tokens / ${compressRatio} and ${pageSize} for the writes of padding`,
  });
  const entriesInPage = pageSize / compressRatio;
  const dims = [headDim, ...(indexer === undefined ? [] : [indexer.indexHeadDim])];
  return [
    entriesOfPool(`compressed(1/${compressRatio})`, rowBytesIn(entriesInPage), arithmeticIn(entriesInPage)),
    ...(indexer === undefined
      ? []
      : [
          entriesOfPool(
            'indexer',
            indexer.indexHeadDim + Math.floor(indexer.indexHeadDim / 128) * 4,
            `(${indexer.indexHeadDim} fp8 + ${Math.floor(indexer.indexHeadDim / 128)} fp32 scales)`,
          ),
        ]),
    compressRatio === 4 ? ringOf4(dims, context) : ringOf128(dims, numSequences),
  ];
}

/** Both halves of a window of 8 tokens overlap their neighbours', so a row is two keys and two scores. */
function ringOf4(dims: readonly number[], { tokens: { pageSize, ratio = 1 } }: PoolContext): Entry {
  return {
    ...stateRows(4, dims),
    slots: ({ sliding }) => roundUp((sliding / pageSize) * RING_OF_4 + RING_OF_4 + 1, 4),
    tokensPerSlot: pageSize / RING_OF_4 / ratio,
    keyBytes: rowOfStates(4, dims),
    stateBytes: 0,
    rule: ({ sliding }) =>
      `${sliding} sliding tokens / ${pageSize} x ${RING_OF_4} rows, and a ring and a row more`,
  };
}

function ringOf128(dims: readonly number[], numSequences: number): Entry {
  const slots = roundUp((numSequences + 1) * RING_OF_128 + RING_OF_128 + 1, 128);
  return {
    ...stateRows(128, dims),
    slots: () => slots,
    tokensPerSlot: 1,
    keyBytes: 0,
    stateBytes: rowOfStates(128, dims),
    rule: () => `(${numSequences} requests + 1) x ${RING_OF_128} rows, and a ring and a row more`,
  };
}

function stateRows(
  ratio: number,
  dims: readonly number[],
): Pick<Entry, 'pool' | 'valueBytes' | 'convolutionBytes' | 'arithmetic'> {
  return {
    pool: `compressor(1/${ratio})`,
    valueBytes: 0,
    convolutionBytes: 0,
    arithmetic: `(${dims.map((dim) => `${ratio === 4 ? '2 x 2' : '2'} x ${dim}`).join(' + ')}) fp32`,
  };
}

/** Keys and scores in fp32, both of two windows where those overlap. */
function rowOfStates(ratio: number, dims: readonly number[]): number {
  const elements = dims.reduce((total, dim) => total + dim, 0);
  return (ratio === 4 ? 4 : 2) * elements * STATE_ELEMENT_BYTES;
}

function arithmeticIn(rows: number): string {
  return `${rowBytesIn(rows)} bytes (448 fp8 + 64 bf16 + 8 bytes of scales, a page of ${rows} padded to ${pageBytesOf(rows)})`;
}
