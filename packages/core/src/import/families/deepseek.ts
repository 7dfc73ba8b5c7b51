import type { LatentLayer } from '../../layer.js';
import { type Family, layerCount, repeat } from '../family.js';
import { type Config, field, integer, optionalInteger, optionalStrings, wrong } from '../fields.js';
import { checkAllFull } from '../layer-types.js';

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
export const glmMoeDsa: Family = (config) => {
  checkAllFull(config);
  const latent = latentOf(config);
  const indexed = { ...latent, indexer: { indexHeadDim: integer(config, 'index_head_dim') } };
  return { layers: indexerTypes(config).map((type) => (type === 'full' ? indexed : latent)) };
};

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
    qkRopeHeadDim: integer(config, 'qk_rope_head_dim'),
    expanded: {
      numAttentionHeads,
      qkNopeHeadDim: integer(config, 'qk_nope_head_dim'),
      vHeadDim:
        optionalInteger(config, 'v_head_dim') ??
        Math.floor(integer(config, 'hidden_size') / numAttentionHeads),
    },
  };
}

function indexerTypes(config: Config): readonly string[] {
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
