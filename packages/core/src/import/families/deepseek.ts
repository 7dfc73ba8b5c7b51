import type { LatentLayer } from '../../model/layer.js';
import { type Family, layerCount, repeat } from '../family.js';
import { type Config, field, integer, optionalInteger, optionalStrings, wrong } from '../fields.js';
import { checkAllFull } from '../layer-types.js';
import { usesRope } from './interleaved.js';

/**
 * DeepSeek-V2, V3 and R1, Kimi K2, GLM-4.7-Flash, Mistral 4 and others: multi-head latent attention in every layer; the
 * multi-token-prediction layers (`num_nextn_predict_layers`) are beyond `num_hidden_layers` and not part of the model's
 * cache. MiniCPM3 leaves out `v_head_dim`, which is `hidden_size / num_attention_heads` then.
 *
 * Source: huggingface/transformers, `models/deepseek_v3/modeling_deepseek_v3.py` (`DeepseekV3Attention`),
 * `models/deepseek_v2`, `models/minicpm3/configuration_minicpm3.py`, `models/glm4_moe_lite`, 5.23.0.
 */
export const deepseek: Family = (config) => {
  checkAllFull(config);
  return { layers: repeat(latentOf(config), layerCount(config)) };
};

/**
 * DeepSeek-V3.2: the same, with a sparse-attention indexer of one key of `index_head_dim` for each token in every layer.
 *
 * Source: huggingface/transformers, `models/deepseek_v32/modeling_deepseek_v32.py` (`DeepseekV32Indexer`), 5.23.0.
 */
export const deepseekV32: Family = (config) => {
  checkAllFull(config);
  return {
    layers: repeat(
      { ...latentOf(config), indexer: { indexHeadDim: integer(config, 'index_head_dim') } },
      layerCount(config),
    ),
  };
};

/**
 * GLM-5 and 5.x: as DeepSeek-V3.2, but layers whose `indexer_types` is `shared` reuse the selection of the last `full`
 * one and keep no index. Absent, `index_topk_pattern` ("FSSS...") or `index_topk_freq` and `index_skip_topk_offset` say
 * which.
 *
 * Source: huggingface/transformers, `models/glm_moe_dsa/configuration_glm_moe_dsa.py` (`__post_init__`) and
 * `modeling_glm_moe_dsa.py` (`GlmMoeDsaAttention`), 5.23.0.
 */
export const glmMoeDsa: Family = (config) => ({ layers: sparseLayers(config, indexerTypes(config)) });

/**
 * Hunyuan 4: the same, where the first layer and every fourth from the second on are `full` unless `indexer_types` says.
 *
 * Source: huggingface/transformers, `models/hy_v4/configuration_hy_v4.py` (`__post_init__`), 5.24.0.
 */
export const hyV4: Family = (config) => {
  const types =
    field(config, 'indexer_types') === undefined
      ? Array.from({ length: layerCount(config) }, (_, index) =>
          index === 0 || index % 4 === 1 ? 'full' : 'shared',
        )
      : indexerTypes(config);
  return { layers: sparseLayers(config, types) };
};

/**
 * Mistral Large 4: as GLM-5, but layers without a rotary embedding (`no_rope_layers`, 1 for
 * those with one; else every `no_rope_layer_interval`-th) keep no rotary key, and layers whose `kv_source_layers` names
 * an earlier layer read that one's latent.
 *
 * Source: huggingface/transformers, `models/mistral_large4/configuration_mistral_large4.py` (`__post_init__`,
 * `kv_sharing_modes`) and `modeling_mistral_large4.py`, 5.24.0.
 */
export const mistralLarge4: Family = (config) => {
  const sources = field(config, 'kv_source_layers');
  const types = indexerTypes(config);
  const layers = sparseLayers(config, types).map((layer, index) =>
    usesRope(config, index) ? layer : { ...layer, qkRopeHeadDim: 0 },
  );
  if (sources === undefined) {
    return { layers };
  }
  if (!Array.isArray(sources) || sources.length !== layers.length) {
    throw wrong('kv_source_layers', sources, `a list of ${layers.length} layers`);
  }
  return {
    layers: layers.map((layer, index) => {
      const source = sources[index];
      if (source === index) {
        return layer;
      }
      if (!Number.isInteger(source) || source < 0 || source > index || sources[source] !== source) {
        throw wrong(
          'kv_source_layers',
          source,
          `an earlier layer than ${index} that keeps a latent of its own`,
        );
      }
      if (types[index] === 'full') {
        throw wrong(
          'kv_source_layers',
          source,
          `the layer itself where "indexer_types" is "full", as layer ${index}; an index without a latent is not understood`,
        );
      }
      return { kind: 'shared', sharesWith: source };
    }),
  };
};

function sparseLayers(config: Config, types: readonly string[]): readonly LatentLayer[] {
  checkAllFull(config);
  const latent = latentOf(config);
  const indexed = { ...latent, indexer: { indexHeadDim: integer(config, 'index_head_dim') } };
  return types.map((type) => (type === 'full' ? indexed : latent));
}

/**
 * LongCat-Flash: each of `num_layers` layers has two attention blocks, each with a cache of its own.
 *
 * Source: huggingface/transformers, `models/longcat_flash/modeling_longcat_flash.py` (`LongcatFlashDecoderLayer`),
 * 5.23.0.
 */
export const longcat: Family = (config) => {
  const latent = latentOf(config);
  const numLayers = optionalInteger(config, 'num_layers');
  const numHiddenLayers = optionalInteger(config, 'num_hidden_layers');
  const count = numLayers ?? (numHiddenLayers === undefined ? undefined : Math.ceil(numHiddenLayers / 2));
  return {
    layers: repeat(
      { kind: 'composite', parts: [latent, latent] },
      layerCount({ num_hidden_layers: count ?? integer(config, 'num_layers') }),
    ),
  };
};

/** The latent layer of a config with the fields of DeepSeek-V2 and V3. */
export function latentOf(config: Config): LatentLayer {
  const numAttentionHeads = integer(config, 'num_attention_heads');
  return {
    kind: 'latent',
    kvLoraRank: integer(config, 'kv_lora_rank'),
    qkRopeHeadDim: integer(config, 'qk_rope_head_dim', 0),
    expanded: {
      numAttentionHeads,
      qkNopeHeadDim: integer(config, 'qk_nope_head_dim'),
      vHeadDim:
        optionalInteger(config, 'v_head_dim') ??
        Math.floor(integer(config, 'hidden_size') / numAttentionHeads),
    },
  };
}

/** `full` or `shared` for each layer: `indexer_types`, or as the older fields say. */
export function indexerTypes(config: Config): readonly string[] {
  const count = layerCount(config);
  const types = optionalStrings(config, 'indexer_types') ?? topkPattern(config, count);
  if (types.length !== count || !types.every((type) => type === 'full' || type === 'shared')) {
    throw wrong('indexer_types', types, `"full" or "shared" for each of ${count} layers`);
  }
  return types;
}

function topkPattern(config: Config, count: number): readonly string[] {
  const pattern = field(config, 'index_topk_pattern');
  if (pattern !== undefined) {
    const names: Readonly<Record<string, string>> = { F: 'full', S: 'shared' };
    return typeof pattern === 'string'
      ? [...pattern].map((letter) => names[letter] ?? letter)
      : (optionalStrings(config, 'index_topk_pattern') ?? []);
  }
  const frequency = Math.max(optionalInteger(config, 'index_topk_freq', 0) ?? 1, 1);
  const offset = optionalInteger(config, 'index_skip_topk_offset', 0) ?? 2;
  return Array.from({ length: count }, (_, index) =>
    Math.max(index - offset + 1, 0) % frequency === 0 ? 'full' : 'shared',
  );
}
