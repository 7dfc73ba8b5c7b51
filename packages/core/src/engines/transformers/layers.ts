import type { Workload } from '../../deployment/workload.js';
import { type DtypeName, dtypeOf, rowBytes } from '../../model/dtype.js';
import {
  type CompressedLayer,
  type CrossLayer,
  type FullLayer,
  type KeyValueHeads,
  type LatentLayer,
  type Layer,
  type Memory,
  memoriesOf,
  type RecurrentLayer,
} from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import {
  type Entry,
  everyEntry,
  everyToken,
  fixedSlots,
  keysAndValues,
  lastTokens,
  type SlotSizes,
  type Slots,
  vector,
} from '../entries.js';
import { hidesWindowsOf, repeatsHeadsOf } from './architectures.js';
import { factsOf } from './releases.js';
import type { TransformersSettings } from './settings.js';

/** What decides how a layer is cached, beside the layer. */
export interface CacheContext {
  readonly model: Model;
  readonly workload: Workload;
  readonly settings: TransformersSettings;
}

/**
 * What one layer holds in a dynamic or a static cache.
 *
 * Source: huggingface/transformers, `cache_utils.py`, 5.24.0, and the models' own code where named below.
 *
 * - Full attention (`DynamicLayer`, `StaticLayer`): every token; a static cache has `max_cache_len` slots.
 * - Sliding and chunked (`DynamicSlidingWindowLayer`): the last `window - 1` tokens stay visible, as a view of the
 *   concatenation with the newest one, whose whole storage lives on: `window` tokens. A window of 1 drops none
 *   (`[-1 + 1:]` is everything). Static (`StaticSlidingWindowLayer`): `min(window, max_cache_len)` slots.
 * - Right after a prompt, the view is of the whole prompt.
 * - Latents: `latentEntries`; sparse-attention indexers (`DynamicIndexedLayer`) in the dtype of the keys.
 * - Compressed layers of DeepSeek-V4: `compressedEntries`; recurrent ones: `recurrentSizes`.
 * - Cross-attention (`EncoderDecoderCache`): the encoder's tokens, written once. Shared layers: nothing (`DummyLayer`).
 */
export function entriesOfLayer(layer: Layer, context: CacheContext): readonly Entry[] {
  if (layer.kind === 'cross') {
    return crossOnlyEntries(layer, context);
  }
  const memories = memoriesOf(layer);
  const isCompressed = memories.some(({ kind }) => kind === 'compressed');
  return memories.flatMap((memory) => entriesOf(memory, isCompressed, context));
}

function entriesOf(memory: Memory, isCompressed: boolean, context: CacheContext): readonly Entry[] {
  const { model, workload } = context;
  switch (memory.kind) {
    case 'full':
      return [
        { ...all('full', context), ...keysAndValues(cachedHeads(memory, model), workload) },
        ...indexerEntries(memory, context),
      ];
    case 'sliding':
      return [
        {
          ...(hidesWindowsOf(model)
            ? all('full', context)
            : window('sliding', memory.slidingWindow, context)),
          ...keysAndValues(memory, workload),
        },
      ];
    case 'chunked':
      return [
        { ...window('chunked', memory.attentionChunkSize, context), ...keysAndValues(memory, workload) },
      ];
    case 'cross':
      return [
        {
          ...fixedSlots(`cross(${memory.encoderTokens})`, memory.encoderTokens),
          ...keysAndValues(memory, workload),
        },
      ];
    case 'latent':
      return latentEntries(memory, isCompressed, context);
    case 'compressed':
      return compressedEntries(memory, context);
    case 'recurrent':
      return [{ ...fixedSlots('recurrent', 1), ...recurrentSizes(memory, context) }];
    case 'shared':
    case 'none':
      return [];
  }
}

/**
 * A layer that keeps an image alone (Llama 3.2 Vision) is one of the same cache as those of the text, so a static one
 * has its `max_cache_len` slots there too.
 *
 * Source: huggingface/transformers, `models/mllama/modeling_mllama.py` (`MllamaTextCrossAttention.forward`), 5.24.0.
 *
 * @throws InputError for a static cache that is shorter than the image.
 */
function crossOnlyEntries(layer: CrossLayer, context: CacheContext): readonly Entry[] {
  const { workload, settings } = context;
  const { encoderTokens } = layer;
  const pool = `cross(${encoderTokens})`;
  if (!isStatic(settings)) {
    return entriesOf(layer, false, context);
  }
  const slots = all(pool, context);
  if (slots.slots(workload.contextLength) < encoderTokens) {
    throw new InputError(
      `A static cache of transformers holds an image as long as the text, at least ${encoderTokens} tokens here; use --max-cache-len ${encoderTokens} or more.`,
    );
  }
  return [{ ...slots, ...keysAndValues(layer, workload) }];
}

/** Heads as they are cached. */
export function cachedHeads(layer: FullLayer, model: Model): KeyValueHeads {
  const { numKeyValueHeads, keyHeadDim, valueHeadDim } = layer;
  return {
    numKeyValueHeads:
      numKeyValueHeads > 1 && repeatsHeadsOf(model)
        ? (model.numAttentionHeads ?? numKeyValueHeads)
        : numKeyValueHeads,
    keyHeadDim,
    valueHeadDim,
  };
}

export function isStatic({ cacheImplementation }: TransformersSettings): boolean {
  return cacheImplementation === 'static' || cacheImplementation === 'offloaded_static';
}

function all(pool: string, { settings }: CacheContext): Slots {
  const { maxCacheLen = 0 } = settings;
  return { ...everyToken(pool), slots: (contextLength) => Math.max(contextLength, maxCacheLen) };
}

function window(kind: string, limit: number, context: CacheContext): Slots {
  const { settings } = context;
  const last = lastTokens(kind, limit);
  if (isStatic(settings)) {
    return { ...last, slots: (contextLength) => Math.min(limit, all(kind, context).slots(contextLength)) };
  }
  return settings.afterPrefill === true || limit === 1 ? everyToken(last.pool) : last;
}

function indexerEntries({ indexer }: FullLayer | LatentLayer, context: CacheContext): readonly Entry[] {
  return indexer === undefined
    ? []
    : [{ ...all('indexer', context), ...vector(indexer.indexHeadDim, context.workload) }];
}

/**
 * The latent as keys and the rotary part as values, of one head, since 5.15.0; since 5.18.0 in models with an indexer
 * too. Before, keys and values of every head, expanded. DeepSeek-V4's sliding layers have one vector of both, which
 * is kept twice, as keys and as values, but for layers that compress (`DeepseekV4HCACache.update`: `values = keys`).
 *
 * Source: huggingface/transformers, `models/deepseek_v3/modeling_deepseek_v3.py` (`DeepseekV3Attention.forward`,
 * 5.14.1 and 5.15.0), `models/deepseek_v32` and `models/glm_moe_dsa` (5.17.0 and 5.18.0), and all others with a latent
 * alike; `models/deepseek_v4/modeling_deepseek_v4.py`, 5.24.0.
 */
function latentEntries(layer: LatentLayer, isCompressed: boolean, context: CacheContext): readonly Entry[] {
  const { kvLoraRank, qkRopeHeadDim, slidingWindow } = layer;
  const { model, workload, settings } = context;
  if (slidingWindow !== undefined) {
    const once = vector(kvLoraRank + qkRopeHeadDim, workload);
    const sizes = isCompressed
      ? once
      : { ...once, valueBytes: once.keyBytes, arithmetic: `(${once.arithmetic} + ${once.arithmetic})` };
    return [{ ...window('latent', slidingWindow, context), ...sizes }];
  }
  return [
    {
      ...all(cachesLatent(layer, settings) ? 'latent' : 'expanded', context),
      ...keysAndValues(latentHeads(layer, model, settings), workload),
    },
    ...indexerEntries(layer, context),
  ];
}

function cachesLatent({ indexer }: LatentLayer, settings: TransformersSettings): boolean {
  const { cachesLatents, cachesIndexedLatents } = factsOf(settings);
  return indexer === undefined ? cachesLatents : cachesIndexedLatents;
}

/**
 * A latent layer's keys and values as they are cached: see `latentEntries`.
 *
 * @throws InputError where an older release expands heads whose sizes are not known.
 */
export function latentHeads(layer: LatentLayer, model: Model, settings: TransformersSettings): KeyValueHeads {
  const { kvLoraRank, qkRopeHeadDim, expanded } = layer;
  if (cachesLatent(layer, settings)) {
    return { numKeyValueHeads: 1, keyHeadDim: kvLoraRank, valueHeadDim: qkRopeHeadDim };
  }
  if (expanded === undefined) {
    throw new InputError(
      `transformers ${settings.version} expands the latent of ${model.name} to heads whose sizes are not known (qk_nope_head_dim, v_head_dim); use --engine-version 5.18 or newer.`,
    );
  }
  return {
    numKeyValueHeads: expanded.numAttentionHeads,
    keyHeadDim: expanded.qkNopeHeadDim + qkRopeHeadDim,
    valueHeadDim: expanded.vHeadDim,
  };
}

/**
 * DeepSeek-V4: an entry for every `compressRatio` tokens; the tokens that wait to become one, keys and gates, of which
 * an empty view still holds all `compressRatio` when an entry was just made; and, of layers whose entries overlap
 * (those with an indexer), twice as wide, the last entry's tokens, with their gates in fp32.
 *
 * Source: huggingface/transformers, `models/deepseek_v4/modeling_deepseek_v4.py` (`DeepseekV4HCACache`,
 * `DeepseekV4CSACache`, `store_compression_weights`, `update_overlap_state`), 5.24.0.
 *
 * @throws InputError for a static cache, which has no such layers.
 */
function compressedEntries(layer: CompressedLayer, context: CacheContext): readonly Entry[] {
  const { compressRatio, headDim, indexer } = layer;
  const { model, workload, settings } = context;
  if (isStatic(settings)) {
    throw new InputError(
      `transformers has no static cache for ${model.name}; use --cache-implementation dynamic.`,
    );
  }
  const waiting = (elements: number): Entry => ({
    ...(settings.afterPrefill === true
      ? everyToken('waiting')
      : {
          ...lastTokens('waiting', compressRatio),
          slots: (contextLength: number) => ((contextLength - 1) % compressRatio) + 1,
        }),
    pool: `waiting(${compressRatio})`,
    ...vector(elements, workload),
  });
  const entries = { ...everyEntry('compressed', compressRatio), ...vector(headDim, workload) };
  if (indexer === undefined) {
    return [entries, waiting(2 * headDim)];
  }
  const { indexHeadDim } = indexer;
  return [
    entries,
    { ...everyEntry('indexer', compressRatio), ...vector(indexHeadDim, workload) },
    waiting(2 * 2 * (headDim + indexHeadDim)),
    overlapEntry(compressRatio, headDim + indexHeadDim, workload),
  ];
}

function overlapEntry(compressRatio: number, elements: number, { keyDtype }: Workload): Entry {
  const row = rowBytes(dtypeOf(keyDtype), elements) + rowBytes(dtypeOf('fp32'), elements);
  return {
    ...fixedSlots('overlap', 1),
    slots: (contextLength) => (contextLength < compressRatio ? 0 : 1),
    keyBytes: compressRatio * row,
    valueBytes: 0,
    stateBytes: 0,
    arithmetic: `${compressRatio} x (${elements} ${keyDtype} + ${elements} fp32)`,
  };
}

/**
 * `kernelSize` columns of the convolution, one more than it needs, in the model's dtype, and the recurrent state in
 * fp32, as the kernels that run everywhere return it; lightning attention's is in the model's dtype. RWKV, which shifts
 * tokens, has the one column that it needs, and so has RecurrentGemma right after a prompt.
 *
 * Source: huggingface/transformers, `cache_utils.py` (`LinearAttentionLayer`), `models/mamba/modeling_mamba.py` and its
 * like, `models/recurrent_gemma/modeling_recurrent_gemma.py` (`conv1d_state`, a view of `conv1d_width` columns),
 * `models/rwkv/modeling_rwkv.py`, `models/minimax/modeling_minimax.py` (`MiniMaxCache`), 5.24.0.
 */
function recurrentSizes(
  { mechanism, convolution, state }: RecurrentLayer,
  { workload: { keyDtype }, settings }: CacheContext,
): SlotSizes {
  const tensors: { readonly shape: readonly number[]; readonly dtype: DtypeName }[] = [];
  if (convolution !== undefined) {
    const { channels, kernelSize, dtype = keyDtype } = convolution;
    const keepsOnlyPast = mechanism === 'rwkv' || (mechanism === 'rg_lru' && settings.afterPrefill === true);
    tensors.push({ shape: [channels, keepsOnlyPast ? kernelSize - 1 : kernelSize], dtype });
  }
  if (state !== undefined) {
    tensors.push({ shape: state.shape, dtype: mechanism === 'lightning_attention' ? keyDtype : 'fp32' });
  }
  return {
    keyBytes: 0,
    valueBytes: 0,
    stateBytes: tensors.reduce(
      (total, { shape, dtype }) => total + rowBytes(dtypeOf(dtype), product(shape)),
      0,
    ),
    arithmetic: `(${tensors.map(({ shape, dtype }) => `${shape.join(' x ')} ${dtype}`).join(' + ')})`,
  };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
