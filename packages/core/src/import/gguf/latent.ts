import type { CompressedLayer, LatentLayer, Layer } from '../../model/layer.js';
import { type Attention, fullAttention, isLatent, queryHeads } from './attention.js';
import type { GgufFamily } from './family.js';
import { flagsAt, integerAt, optionalIntegerAt, perLayerIntegersAt, valueAt, wrongAt } from './metadata.js';
import { layersOf } from './recurrent.js';
import { slidingPattern, windowedLayers, windowOf } from './windows.js';

/**
 * DeepSeek V2 and V3, Kimi K2, GLM-4.7-Flash, Mistral 4 and others. Files from before converters wrote the lengths of
 * expanded heads (April 2025) hold no latent: the engine caches keys and values of every head for them.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/deepseek2.cpp` and `conversion/deepseek.py`.
 */
export const deepseek2: GgufFamily = (attention) => ({
  layers: windowedLayers(attention, { period: 1, absent: 'none' }),
  warnings: isLatent(attention.keys)
    ? []
    : [
        `The file has no "${attention.keys.architecture}.attention.key_length_mla", so engines cache keys and values of every head for it; a newly converted one caches one latent.`,
      ],
});

/** DeepSeek-V3.2: a latent, and an indexer's key in every layer (`src/models/deepseek32.cpp`). */
export const deepseek32: GgufFamily = (attention) => ({
  layers: layersOf(attention, (index) => indexed(attention, index, true)),
});

/** From this trained context on, GLM-DSA files that list no indexers are of GLM-5.2 (`src/models/glm-dsa.cpp`). */
const GLM_5_2_CONTEXT = 1_048_576;

/**
 * GLM-5: a latent in every layer, and an indexer's key in those that `attention.indexer.types` lists; without a list in
 * all of them, or from GLM-5.2 on in the first three and every fourth after them.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/glm-dsa.cpp` (`GLM_5_2_DEFAULT_INDEXER_TYPES`).
 */
export const glmDsa: GgufFamily = (attention) => {
  const { keys, layerCount } = attention;
  const listed = indexerFlags(attention);
  const all = integerAt(keys, 'context_length') < GLM_5_2_CONTEXT;
  const hasIndexer = (index: number) =>
    listed === undefined ? all || index < 2 || (index - 2) % 4 === 0 : listed[index] === true;
  return {
    layers: Array.from({ length: layerCount }, (_, index) => indexed(attention, index, hasIndexer(index))),
  };
};

/** Hunyuan V4: a latent in every layer; with `attention.indexer.top_k`, an indexer's key in those that are listed. */
export const hyV4: GgufFamily = (attention) => {
  const sparse = (optionalIntegerAt(attention.keys, 'attention.indexer.top_k', 0) ?? 0) > 0;
  const listed = sparse ? indexerFlags(attention) : undefined;
  return { layers: layersOf(attention, (index) => indexed(attention, index, listed?.[index] === true)) };
};

/** dots3.note: sliding latents of a size of their own, and full ones with an indexer where it is listed. */
export const dots3Note: GgufFamily = (attention) => {
  const listed = indexerFlags(attention);
  const isSliding = slidingPattern(attention, {});
  const layers = windowedLayers(attention, {});
  return {
    layers: layers.map((layer, index) =>
      isSliding(index) ? layer : indexed(attention, index, listed?.[index] === true),
    ),
  };
};

/**
 * DeepSeek-V4: as from its config, see `families/deepseek-v4.ts`. Blocks for multi-token prediction are only counted in
 * a file that holds their tensors.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/deepseek4.cpp` (`load_arch_hparams`).
 */
export const deepseek4: GgufFamily = (stated, hasTensor) => {
  const { keys, blockCount } = stated;
  const predicts = hasTensor(`blk.${stated.layerCount}.nextn.eh_proj.weight`);
  const attention = predicts ? stated : { ...stated, layerCount: blockCount };
  const headDim = integerAt(keys, 'attention.key_length');
  const qkRopeHeadDim = integerAt(keys, 'rope.dimension_count');
  if (qkRopeHeadDim >= headDim) {
    throw wrongAt(keys, 'rope.dimension_count', qkRopeHeadDim, `less than the key length ${headDim}`);
  }
  const several = attention.keyValueHeads.find((count) => count !== 1);
  if (several !== undefined) {
    throw wrongAt(keys, 'attention.head_count_kv', several, '1, since keys and values are one');
  }
  const slidingWindow = windowOf(attention, {}) ?? integerAt(keys, 'attention.sliding_window');
  const window: LatentLayer = {
    kind: 'latent',
    kvLoraRank: headDim - qkRopeHeadDim,
    qkRopeHeadDim,
    slidingWindow,
  };
  const ratios = valueAt(keys, 'attention.compress_ratios');
  if (!Array.isArray(ratios) || ratios.length < attention.layerCount) {
    throw wrongAt(keys, 'attention.compress_ratios', ratios, `a list for ${attention.layerCount} layers`);
  }
  return {
    layers: layersOf(attention, (index): Layer => {
      const compressRatio = Number(ratios[index]);
      switch (compressRatio) {
        case 0:
          return window;
        case 4: {
          const indexer = { indexHeadDim: integerAt(keys, 'attention.indexer.key_length') };
          return beside(window, { kind: 'compressed', compressRatio, headDim, indexer });
        }
        case 128:
          return beside(window, { kind: 'compressed', compressRatio, headDim });
        default:
          throw wrongAt(keys, 'attention.compress_ratios', ratios[index], 'a list of 0, 4 or 128');
      }
    }),
  };
};

function beside(window: LatentLayer, compressed: CompressedLayer): Layer {
  return { kind: 'composite', parts: [window, compressed] };
}

/**
 * MiniCPM3 and PLM: a latent whose files state the heads that it expands to, which is what the engine caches.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `conversion/minicpm.py`, `conversion/plm.py`, `src/models/minicpm3.cpp`.
 */
export const miniCpm3: GgufFamily = (attention) => {
  const { keys } = attention;
  const keyHeadDim = integerAt(keys, 'attention.key_length');
  const qkRopeHeadDim = integerAt(keys, 'rope.dimension_count');
  if (qkRopeHeadDim >= keyHeadDim) {
    throw wrongAt(keys, 'rope.dimension_count', qkRopeHeadDim, `less than the key length ${keyHeadDim}`);
  }
  return {
    layers: layersOf(attention, (index) => ({
      kind: 'latent',
      kvLoraRank: integerAt(keys, 'attention.kv_lora_rank'),
      qkRopeHeadDim,
      expanded: {
        numAttentionHeads: queryHeads(attention, index),
        qkNopeHeadDim: keyHeadDim - qkRopeHeadDim,
        vHeadDim: integerAt(keys, 'attention.value_length'),
      },
    })),
  };
};

function indexed(attention: Attention, index: number, hasIndexer: boolean): Layer {
  const layer = fullAttention(attention, index);
  return hasIndexer && layer.kind === 'latent'
    ? { ...layer, indexer: { indexHeadDim: integerAt(attention.keys, 'attention.indexer.key_length') } }
    : layer;
}

function indexerFlags({ keys, layerCount }: Attention): readonly boolean[] | undefined {
  const key = 'attention.indexer.types';
  return (
    flagsAt(keys, key, layerCount) ?? perLayerIntegersAt(keys, key, layerCount)?.map((type) => type !== 0)
  );
}
