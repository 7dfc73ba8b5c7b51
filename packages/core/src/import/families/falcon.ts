import { type Family, layerCount, repeat } from '../family.js';
import { type Config, optionalBoolean, optionalInteger } from '../fields.js';
import { checkKeyValueHeads, fullLayer, headDimOf } from '../heads.js';

/**
 * Falcon: `num_kv_heads` counts with `new_decoder_architecture` (40B, 180B) or without `multi_query`; else `multi_query`
 * (7B, on by default) means one head. The first releases (`RefinedWeb`) say `n_layer`, `n_head`, `n_head_kv`.
 *
 * Transformers itself caches the 40B and 180B with their key-value heads repeated for every attention head; the model
 * needs them only once.
 *
 * Source: huggingface/transformers, `models/falcon/modeling_falcon.py` (`FalconAttention.__init__`, `_split_heads`) and
 * `configuration_falcon.py`, 5.23.0; ggml-org/llama.cpp, `conversion/falcon.py` (the old names), v0.5.0.
 */
export const falcon: Family = (published) => {
  const config: Config = {
    ...published,
    num_hidden_layers: published.num_hidden_layers ?? published.n_layer,
    num_attention_heads: published.num_attention_heads ?? published.n_head,
    hidden_size: published.n_embed ?? published.hidden_size,
  };
  const grouped = optionalInteger(config, 'num_kv_heads') ?? optionalInteger(config, 'n_head_kv');
  const isGrouped =
    optionalBoolean(config, 'new_decoder_architecture') === true ||
    optionalInteger(config, 'n_head_kv') !== undefined;
  const isMultiQuery = !isGrouped && optionalBoolean(config, 'multi_query') !== false;
  return {
    layers: repeat(
      fullLayer(
        checkKeyValueHeads(config, 'num_kv_heads', isMultiQuery ? 1 : grouped),
        headDimOf({ ...config, head_dim: undefined }),
      ),
      layerCount(config),
    ),
  };
};
