import { type Family, layerCount, repeat } from '../family.js';
import { optionalInteger, optionalObject } from '../fields.js';
import { checkKeyValueHeads, fullLayer, headDimOf } from '../heads.js';

/**
 * DBRX: `attn_config.kv_n_heads` key-value heads, 1 where it is absent.
 *
 * Source: huggingface/transformers, `models/dbrx/configuration_dbrx.py` (`DbrxAttentionConfig`) and `modeling_dbrx.py`
 * (`DbrxAttention`), 5.23.0.
 */
export const dbrx: Family = (config) => {
  const heads = optionalInteger(optionalObject(config, 'attn_config') ?? {}, 'kv_n_heads') ?? 1;
  return {
    layers: repeat(
      fullLayer(checkKeyValueHeads(config, 'attn_config.kv_n_heads', heads), headDimOf(config)),
      layerCount(config),
    ),
  };
};
