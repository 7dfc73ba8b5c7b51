import type { Layer, RecurrentLayer } from '../../model/layer.js';
import { type Attention, fullAttention, headLength } from './attention.js';
import type { GgufFamily } from './family.js';
import { type GgufKeys, integerAt, perLayerIntegersAt, valueAt, wrongAt } from './metadata.js';
import {
  gatedDeltaNetAt,
  isRecurrentByInterval,
  kimiDeltaAt,
  layersOf,
  lightningAt,
  mamba2At,
  mambaAt,
  rwkvAt,
  shortConvolutionAt,
} from './recurrent.js';
import { windowedLayers } from './windows.js';

/** Every layer is recurrent. */
function recurrentThroughout(layerFrom: (keys: GgufKeys) => RecurrentLayer): GgufFamily {
  return (attention) => {
    const layer = layerFrom(attention.keys);
    return { layers: layersOf(attention, () => layer) };
  };
}

/** Layers without key-value heads are recurrent: `is_recr_impl = n_head_kv == 0`. */
function recurrentWithoutHeads(layerFrom: (attention: Attention) => RecurrentLayer): GgufFamily {
  return (attention) => {
    const recurrent = layerFrom(attention);
    return {
      layers: layersOf(attention, (index) =>
        attention.keyValueHeads[index] === 0 ? recurrent : fullAttention(attention, index),
      ),
    };
  };
}

/** Mamba and Falcon-Mamba (`src/models/mamba.cpp`). */
export const mamba = recurrentThroughout(mambaAt);

/** Mamba 2 and Codestral Mamba (`src/models/mamba2.cpp`). */
export const mamba2 = recurrentThroughout(mamba2At);

/** RWKV 6 and 7, and those distilled from Qwen (`src/models/rwkv6.cpp`, `rwkv7.cpp`, `rwkv6qwen2.cpp`, `arwkv7.cpp`). */
export const rwkv = recurrentThroughout(rwkvAt);

/** Jamba: attention among Mamba 1 (`src/models/jamba.cpp`). */
export const jamba = recurrentWithoutHeads(({ keys }) => mambaAt(keys));

/** Granite 4 and PLaMo 2: attention among Mamba 2 (`src/models/granite-hybrid.cpp`, `plamo2.cpp`). */
export const mamba2Hybrid = recurrentWithoutHeads(({ keys }) => mamba2At(keys));

/** Kimi Linear, Kimi K3 and Ling 3: latents among Kimi delta attention (`src/models/kimi-linear.cpp`, `bailingmoe3.cpp`). */
export const kimiDelta = recurrentWithoutHeads(kimiDeltaAt);

/** LFM2: attention, in a window where the file states one, among short convolutions (`src/models/lfm2.cpp`). */
export const lfm2: GgufFamily = (attention) => {
  const recurrent = shortConvolutionAt(attention.keys);
  const hasWindow = attention.keys.architecture === 'lfm2';
  const attending = windowedLayers(attention, { period: hasWindow ? 0 : 1, absent: 'none' });
  return { layers: attending.map((layer) => (layer.kind === 'none' ? recurrent : layer)) };
};

/** Falcon-H1: attention and Mamba 2 side by side in every layer (`src/models/falcon-h1.cpp`). */
export const falconH1: GgufFamily = (attention) => {
  const recurrent = mamba2At(attention.keys);
  return {
    layers: layersOf(attention, (index) => {
      const full = fullAttention(attention, index);
      return { kind: 'composite', parts: [full, recurrent] };
    }),
  };
};

/**
 * Nemotron-H and Nemotron 3: a layer with a feed-forward part remembers nothing; of the others those without key-value
 * heads are Mamba 2 (`src/models/nemotron-h.cpp`, `llama_model::create_memory`).
 */
export const nemotronH: GgufFamily = (attention) => {
  const { keys, blockCount, keyValueHeads } = attention;
  const feedForward = perLayerIntegersAt(keys, 'feed_forward_length', blockCount);
  if (feedForward === undefined) {
    throw wrongAt(keys, 'feed_forward_length', undefined, `a list of ${blockCount}`);
  }
  const recurrent = mamba2At(keys);
  return {
    layers: layersOf(attention, (index): Layer => {
      if ((feedForward[index] ?? 0) > 0) {
        return { kind: 'none' };
      }
      return keyValueHeads[index] === 0 ? recurrent : fullAttention(attention, index);
    }),
  };
};

/** Qwen3-Next and Qwen3.5: gated delta nets, and full attention in every fourth layer (`src/models/qwen3next.cpp`, `qwen35.cpp`). */
export const gatedDelta: GgufFamily = (attention) => {
  const recurrent = gatedDeltaNetAt(attention.keys);
  const isRecurrent = isRecurrentByInterval(attention, 4);
  return {
    layers: layersOf(attention, (index) =>
      isRecurrent(index) ? recurrent : fullAttention(attention, index),
    ),
  };
};

/**
 * Qwen 4 (experimental): as Qwen3.5, with an indexer's key in full layers, and in the layers of `ple.layers` the last
 * inputs of one more convolution, over `hyper_connection.count` embeddings and dilated by the n-gram's size.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/qwen4exp.cpp`, `src/llama-hparams.cpp` (`ple_conv_state`),
 * `src/llama-memory-hybrid-idx.cpp`.
 */
export const qwen4: GgufFamily = (attention, hasTensor) => {
  const { keys } = attention;
  const indexer = { indexHeadDim: integerAt(keys, 'attention.indexer.key_length') };
  const listed = valueAt(keys, 'ple.layers') ?? [];
  if (!Array.isArray(listed)) {
    throw wrongAt(keys, 'ple.layers', listed, 'a list of layers');
  }
  const embedders = new Set(listed.map(Number));
  return {
    layers: gatedDelta(attention, hasTensor).layers.map((layer, index): Layer => {
      if (layer.kind === 'full') {
        return { ...layer, indexer };
      }
      return layer.kind === 'recurrent' && embedders.has(index)
        ? { kind: 'composite', parts: [layer, perLayerEmbedding(keys)] }
        : layer;
    }),
  };
};

function perLayerEmbedding(keys: GgufKeys): RecurrentLayer {
  const embeddings = integerAt(keys, 'hyper_connection.count') * integerAt(keys, 'embedding_length');
  const reach = (integerAt(keys, 'ple.conv_kernel') - 1) * integerAt(keys, 'ple.ngram_size');
  return {
    kind: 'recurrent',
    mechanism: 'short_convolution',
    convolution: { channels: embeddings, kernelSize: reach + 1 },
  };
}

/** MiniMax-01 and M1: lightning attention, and full attention in every eighth layer (`src/models/minimax-01.cpp`). */
export const miniMax01: GgufFamily = (attention) => {
  const recurrent = lightningAt(attention, headLength(attention, 'attention.key_length'));
  const isRecurrent = isRecurrentByInterval(attention, 8);
  return {
    layers: layersOf(attention, (index) =>
      isRecurrent(index) ? recurrent : fullAttention(attention, index),
    ),
  };
};
