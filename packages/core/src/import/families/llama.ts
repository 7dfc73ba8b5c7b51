import { type Family, layerCount, repeat } from '../family.js';
import { field, integer, optionalInteger } from '../fields.js';
import { fullLayer, fullLayerOf, headDimOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';

/**
 * Llama 1 to 3.x and every architecture with the same cache: keys and values of all tokens in all layers. A list of
 * `layer_types` is honoured, as the cache of transformers honours it in any model.
 *
 * Source: huggingface/transformers, `models/llama/modeling_llama.py` (`LlamaAttention`) and `cache_utils.py`
 * (`get_layer_types_and_kwargs`), 5.23.0.
 */
export const llama: Family = (config) => {
  const full = fullLayerOf(config);
  if (field(config, 'layer_types') !== undefined) {
    return {
      layers: layersByType(
        config,
        {
          full_attention: () => full,
          sliding_attention: () => sliding(full, integer(config, 'sliding_window')),
        },
        () => 'full_attention',
      ),
    };
  }
  const window =
    field(config, 'use_sliding_window') === false ? undefined : optionalInteger(config, 'sliding_window');
  return {
    layers: repeat(full, layerCount(config)),
    warnings:
      window === undefined
        ? []
        : [
            `The config's "sliding_window" is ${window}, which this architecture's own code does not use; every layer is counted as full, though an engine may slide.`,
          ],
  };
};

/**
 * EXAONE 3: as Llama, with `num_layers`.
 *
 * Source: vllm-project/vllm, `model_executor/models/exaone.py`, commit 0531c22; ggml-org/llama.cpp,
 * `conversion/base.py` (the names of the number of layers), v0.5.0.
 */
export const exaone: Family = (config) =>
  llama({ ...config, num_hidden_layers: config.num_hidden_layers ?? config.num_layers });

/**
 * CodeShell: `n_layer`, `n_head`, `n_embd`, and `num_query_groups` key-value heads with `group_query_attention`.
 *
 * Source: ggml-org/llama.cpp, `conversion/codeshell.py`, v0.5.0.
 */
export const codeShell: Family = (published) => {
  const config = {
    num_attention_heads: published.num_attention_heads ?? published.n_head,
    hidden_size: published.hidden_size ?? published.n_embd,
    num_hidden_layers: published.num_hidden_layers ?? published.n_layer,
  };
  const groups =
    field(published, 'group_query_attention') === true
      ? optionalInteger(published, 'num_query_groups')
      : undefined;
  return {
    layers: repeat(
      fullLayer(groups ?? integer(config, 'num_attention_heads'), headDimOf(config)),
      layerCount(config),
    ),
  };
};
