import type { Layer } from '../../model/layer.js';
import { checkLayerCount } from '../../model/model.js';
import { withSharedTail } from '../shared-layers.js';
import { type Attention, fullAttention, headLength } from './attention.js';
import type { GgufFamily } from './family.js';
import { integerAt, optionalIntegerAt, wrongAt } from './metadata.js';
import { layersOf } from './recurrent.js';
import { slidingPattern, windowedLayers } from './windows.js';

/** Layers of Gemma 3n that keep a cache; files do not say (`n_layer_kv_from_start`, `src/models/gemma3n.cpp`). */
const GEMMA_3N_CACHED = 20;

/** Gemma 3n: every fifth layer is full, and layers from the 21st on share. */
export const gemma3n: GgufFamily = (attention) => ({
  layers: sharing(
    attention,
    windowedLayers(attention, { period: 5 }),
    Math.max(0, attention.layerCount - GEMMA_3N_CACHED),
  ),
});

/** Gemma 4: sliding layers are listed, and the last `attention.shared_kv_layers` share (`src/models/gemma4.cpp`). */
export const gemma4: GgufFamily = (attention) => ({
  layers: sharing(
    attention,
    windowedLayers(attention, {}),
    optionalIntegerAt(attention.keys, 'attention.shared_kv_layers', 0) ?? 0,
  ),
});

function sharing({ keys }: Attention, layers: readonly Layer[], count: number): readonly Layer[] {
  const shared = withSharedTail(layers, count);
  if (shared === undefined) {
    throw wrongAt(
      keys,
      'attention.shared_kv_layers',
      count,
      `small enough that a layer of each kind is left among the ${layers.length} to share`,
    );
  }
  return shared;
}

/** The chunk of every Llama 4; files do not say. */
const LLAMA_4_CHUNK = 8192;

/**
 * Llama 4: three chunked layers for each full one, unless a window of 0 says that all are full.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/llama4.cpp`.
 */
export const llama4: GgufFamily = (attention) => {
  const allFull = optionalIntegerAt(attention.keys, 'attention.sliding_window', 0) === 0;
  const isChunked = allFull ? () => false : slidingPattern(attention, { period: 4 });
  return {
    layers: layersOf(attention, (index): Layer => {
      const layer = fullAttention(attention, index);
      return layer.kind === 'full' && isChunked(index)
        ? { ...layer, kind: 'chunked', attentionChunkSize: LLAMA_4_CHUNK }
        : layer;
    }),
  };
};

/** MiniMax M3: full attention, with an indexer's key in all but the leading dense layers (`src/models/minimax-m3.cpp`). */
export const miniMaxM3: GgufFamily = (attention) => {
  const { keys } = attention;
  const indexer = { indexHeadDim: integerAt(keys, 'attention.indexer.key_length') };
  const dense = optionalIntegerAt(keys, 'leading_dense_block_count', 0) ?? 0;
  return {
    layers: layersOf(attention, (index) => {
      const layer = fullAttention(attention, index);
      return layer.kind === 'full' && index >= dense ? { ...layer, indexer } : layer;
    }),
  };
};

/** Nanbeige: the layers are run `num_loops` times, each time with a cache of their own (`src/models/nanbeige.cpp`). */
export const loopedLayers: GgufFamily = (attention) => {
  const loops = optionalIntegerAt(attention.keys, 'num_loops') ?? 1;
  checkLayerCount(loops * attention.layerCount);
  const once = layersOf(attention, (index) => fullAttention(attention, index));
  return { layers: Array.from({ length: loops }, () => once).flat() };
};

/**
 * Granite Switch: one more layer of a single head, which routes tokens to adapters.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/granite-switch.cpp` (`router_layer`).
 */
export const graniteSwitch: GgufFamily = (attention) => {
  const router: Layer = {
    kind: 'full',
    numKeyValueHeads: 1,
    keyHeadDim: headLength(attention, 'attention.key_length'),
    valueHeadDim: headLength(attention, 'attention.value_length'),
  };
  return { layers: [...layersOf(attention, (index) => fullAttention(attention, index)), router] };
};

/**
 * T5: each of `decoder_block_count` layers keeps its own keys and values, and those of the encoder's output, as long as
 * `context_length`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `conversion/t5.py` and `src/models/t5.cpp`.
 */
export const t5: GgufFamily = (attention) => {
  const { keys, layerCount } = attention;
  const encoderTokens = integerAt(keys, 'context_length');
  const self = fullAttention(attention, 0);
  if (self.kind !== 'full') {
    throw wrongAt(keys, 'attention.head_count', attention.keyValueHeads[0], 'at least 1');
  }
  const layer: Layer = {
    kind: 'composite',
    parts: [self, { ...self, kind: 'cross', encoderTokens }],
  };
  const count = checkLayerCount(optionalIntegerAt(keys, 'decoder_block_count') ?? layerCount);
  return { layers: Array.from({ length: count }, () => layer) };
};
