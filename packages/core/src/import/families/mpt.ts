import { type Family, layerCount, repeat } from '../family.js';
import { optionalInteger, optionalObject, optionalString } from '../fields.js';
import { checkKeyValueHeads, fullLayer, headDimOf } from '../heads.js';

/**
 * MPT: `attn_config.attn_type` says multi-head, multi-query or grouped (`kv_n_heads`) attention.
 *
 * Source: mosaicml/llm-foundry, `llmfoundry/models/layers/attention.py` (`MultiheadAttention`, `MultiQueryAttention`,
 * `GroupedQueryAttention`), 0.22.0; huggingface/transformers, `models/mpt/modeling_mpt.py`, 5.23.0 (multi-head only).
 */
export const mpt: Family = (config) => {
  const attention = optionalObject(config, 'attn_config') ?? {};
  const heads =
    optionalString(attention, 'attn_type') === 'multiquery_attention'
      ? 1
      : optionalInteger(attention, 'kv_n_heads');
  return {
    layers: repeat(
      fullLayer(checkKeyValueHeads(config, 'attn_config.kv_n_heads', heads), headDimOf(config)),
      layerCount(config),
    ),
  };
};
