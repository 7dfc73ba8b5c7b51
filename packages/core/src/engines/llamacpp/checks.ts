import { type DtypeName, dtypeOf } from '../../model/dtype.js';
import { type Memory, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { expandsLatentOf, runsCrossAttentionOf } from './architectures.js';
import { CACHE_TYPES } from './cache-types.js';
import { widthsOf } from './widths.js';

/**
 * The rules about `--cache-type-k` and `--cache-type-v`, and layers that the engine does not have.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-context.cpp` (`llama_init_from_model`), `common/arg.cpp`
 * (`kv_cache_types`); with flash attention quantized blocks must fit into heads, without it into rows
 * (`ggml_row_size`).
 *
 * @throws InputError naming the type or layer, and what would be right.
 */
export function checkCacheTypes(
  model: Model,
  keyDtype: DtypeName,
  valueDtype: DtypeName,
  flashAttention: boolean,
): void {
  for (const [flag, dtype] of [
    ['--cache-type-k', keyDtype],
    ['--cache-type-v', valueDtype],
  ] as const) {
    if (!CACHE_TYPES.has(dtype)) {
      throw new InputError(
        `llama.cpp has no cache type ${dtype} (${flag}); it has ${[...CACHE_TYPES.values()].join(', ')}.`,
      );
    }
  }
  const memories = model.layers.flatMap(memoriesOf);
  for (const memory of memories) {
    checkSupport(memory, model);
  }
  const keysOnly = memories.some(
    ({ kind }) => kind === 'compressed' || (kind === 'latent' && !expandsLatentOf(model)),
  );
  if (keysOnly && keyDtype !== valueDtype) {
    throw new InputError(
      `llama.cpp caches ${model.name} with one type for keys and values, not ${keyDtype} and ${valueDtype}.`,
    );
  }
  if (!flashAttention && dtypeOf(valueDtype).blockSize > 1) {
    throw new InputError(
      `A ${valueDtype} cache of values needs flash attention in llama.cpp; leave --flash-attn on, or use f16.`,
    );
  }
  for (const memory of memories) {
    checkBlocks(widthsOf(memory, model), keyDtype, valueDtype, flashAttention);
  }
}

function checkSupport(memory: Memory, model: Model): void {
  if (memory.kind === 'recurrent' && memory.mechanism === 'rg_lru') {
    throw new InputError(`llama.cpp does not run ${model.name}: it has no RG-LRU layers.`);
  }
  if (memory.kind === 'cross' && !runsCrossAttentionOf(model)) {
    throw new InputError(
      `llama.cpp does not run ${model.name}: the only models with cross-attention that it has are T5's.`,
    );
  }
  if (memory.kind === 'compressed' && memory.compressRatio !== 4 && memory.compressRatio !== 128) {
    throw new InputError(
      `llama.cpp does not cache layers compressed by ${memory.compressRatio}; it has the ratios 4 and 128.`,
    );
  }
}

function checkBlocks(
  widths: ReturnType<typeof widthsOf>,
  keyDtype: DtypeName,
  valueDtype: DtypeName,
  flashAttention: boolean,
): void {
  for (const { keyHeadDim, valueHeadDim, heads } of widths) {
    for (const [what, headDim, dtype] of [
      ['keys', keyHeadDim, keyDtype],
      ['values', valueHeadDim, valueDtype],
    ] as const) {
      const { blockSize } = dtypeOf(dtype);
      const elements = flashAttention ? headDim : headDim * heads;
      if (elements % blockSize !== 0) {
        throw new InputError(
          `llama.cpp cannot cache ${what} of ${elements} elements in ${dtype}, whose blocks have ${blockSize}; use f16.`,
        );
      }
    }
  }
}
