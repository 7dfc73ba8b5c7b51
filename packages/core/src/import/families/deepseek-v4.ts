import type { CompressedLayer, LatentLayer, Layer } from '../../model/layer.js';
import { type Family, layerCount } from '../family.js';
import { type Config, field, integer, optionalInteger, optionalObject, wrong } from '../fields.js';
import { layerTypesOf } from '../layer-types.js';

const RATIO_TYPES: Readonly<Record<string, string>> = {
  '0': 'sliding_attention',
  '4': 'compressed_sparse_attention',
  '128': 'heavily_compressed_attention',
};

/**
 * DeepSeek-V4: every layer keeps the last `sliding_window` tokens as one vector of `head_dim`, key and value in one.
 * Beside it, compressed sparse layers keep an entry for every 4 tokens, with an indexer's key for each, and heavily
 * compressed ones an entry for every 128. `compress_ratios` lists 0, 4 or 128 for each layer, those of the next-token
 * prediction included, which are not counted.
 *
 * Not counted: the at most `ratio` tokens that wait to become an entry, and the overlap of two neighbouring entries.
 *
 * Source: huggingface/transformers, `models/deepseek_v4/configuration_deepseek_v4.py` (`__post_init__`) and
 * `modeling_deepseek_v4.py` (`DeepseekV4HCACache`, `DeepseekV4CSACache`, `DeepseekV4Indexer`), 5.23.0.
 */
export const deepseekV4: Family = (config) => {
  const count = layerCount(config);
  const headDim = integer(config, 'head_dim');
  const qkRopeHeadDim = optionalInteger(config, 'qk_rope_head_dim') ?? Math.floor(headDim / 8);
  if (qkRopeHeadDim >= headDim) {
    throw wrong('qk_rope_head_dim', qkRopeHeadDim, `less than "head_dim" ${headDim}, of which it is a part`);
  }
  const window: LatentLayer = {
    kind: 'latent',
    kvLoraRank: headDim - qkRopeHeadDim,
    qkRopeHeadDim,
    slidingWindow: integer(config, 'sliding_window'),
  };
  const beside = (compressed: CompressedLayer): Layer => ({ kind: 'composite', parts: [window, compressed] });
  const layers: Readonly<Record<string, Layer>> = {
    sliding_attention: window,
    compressed_sparse_attention: beside({
      kind: 'compressed',
      compressRatio: rateOf(config, 'compressed_sparse_attention', 'compress_rate_csa', 4),
      headDim,
      indexer: { indexHeadDim: integer(config, 'index_head_dim') },
    }),
    heavily_compressed_attention: beside({
      kind: 'compressed',
      compressRatio: rateOf(config, 'heavily_compressed_attention', 'compress_rate_hca', 128),
      headDim,
    }),
  };
  return {
    layers: typesOf(config, count).map((type) => {
      const layer = Object.hasOwn(layers, type) ? layers[type] : undefined;
      if (layer === undefined) {
        throw wrong('layer_types', type, `one of ${Object.keys(layers).join(', ')}`);
      }
      return layer;
    }),
  };
};

function typesOf(config: Config, count: number): readonly string[] {
  const listed = layerTypesOf(config, count);
  if (listed !== undefined) {
    return listed;
  }
  const ratios = field(config, 'compress_ratios');
  if (ratios === undefined) {
    return Array.from({ length: count }, (_, index) =>
      index < 2 || index % 2 === 0 ? 'heavily_compressed_attention' : 'compressed_sparse_attention',
    );
  }
  if (!Array.isArray(ratios) || ratios.length < count) {
    throw wrong('compress_ratios', ratios, `a list of 0, 4 or 128 for each of ${count} layers`);
  }
  return ratios.slice(0, count).map((ratio) => {
    const type =
      typeof ratio === 'number' && Object.hasOwn(RATIO_TYPES, ratio) ? RATIO_TYPES[ratio] : undefined;
    if (type === undefined) {
      throw wrong('compress_ratios', ratio, 'a list of 0, 4 or 128');
    }
    return type;
  });
}

function rateOf(config: Config, type: string, legacy: string, otherwise: number): number {
  const rates = optionalObject(config, 'compress_rates') ?? {};
  return optionalInteger(config, legacy) ?? optionalInteger(rates, type) ?? otherwise;
}
