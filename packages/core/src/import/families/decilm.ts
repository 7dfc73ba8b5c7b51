import type { Layer } from '../../model/layer.js';
import { type Family, layerCount } from '../family.js';
import { asObject, type Config, field, integer, optionalBoolean, optionalInteger, wrong } from '../fields.js';
import { checkKeyValueHeads, fullLayer, headDimOf } from '../heads.js';

/**
 * DeciLM and Nemotron-NAS: `block_configs` says for each layer how many query heads share a key-value head, or that its
 * attention was pruned (`no_op`) or became one linear map (`replace_with_linear`), which remember nothing. DeciLM-7B
 * lists `num_key_value_heads_per_layer`.
 *
 * Source: ggml-org/llama.cpp, `conversion/deci.py` (`DeciModel.__init__`, `set_gguf_parameters`), v0.5.0; the published
 * config of nvidia/Llama-3_3-Nemotron-Super-49B-v1.
 */
export const deciLm: Family = (config) => {
  const count = layerCount(config);
  const headDim = headDimOf(config);
  const perLayer = field(config, 'num_key_value_heads_per_layer');
  if (perLayer !== undefined && field(config, 'block_configs') === undefined) {
    return {
      layers: listOf(config, 'num_key_value_heads_per_layer', count).map((heads) => {
        const checked = optionalInteger(
          { num_key_value_heads_per_layer: heads },
          'num_key_value_heads_per_layer',
        );
        return fullLayer(checkKeyValueHeads(config, 'num_key_value_heads_per_layer', checked), headDim);
      }),
    };
  }
  const numAttentionHeads = integer(config, 'num_attention_heads');
  return {
    layers: listOf(config, 'block_configs', count).map((block, index) =>
      layerOf(asObject(block, `"block_configs" of layer ${index}`), index, numAttentionHeads, headDim),
    ),
  };
};

function layerOf(block: Config, index: number, numAttentionHeads: number, headDim: number): Layer {
  const attention = asObject(
    field(block, 'attention') ?? null,
    `"block_configs" of layer ${index}: "attention"`,
  );
  if (
    optionalBoolean(attention, 'no_op') === true ||
    optionalBoolean(attention, 'replace_with_linear') === true
  ) {
    return { kind: 'none' };
  }
  const headsInGroup = integer(attention, 'n_heads_in_group');
  if (numAttentionHeads % headsInGroup !== 0) {
    throw wrong('n_heads_in_group', headsInGroup, `a divisor of the ${numAttentionHeads} attention heads`);
  }
  const layer = fullLayer(numAttentionHeads / headsInGroup, headDim);
  for (const key of ['window_length', 'num_sink_tokens', 'sparsify']) {
    if (field(attention, key) !== undefined) {
      throw wrong(key, field(attention, key), 'null, as in every published model');
    }
  }
  return layer;
}

function listOf(config: Config, key: string, count: number): readonly unknown[] {
  const value = field(config, key);
  if (!Array.isArray(value) || value.length !== count) {
    throw wrong(
      key,
      Array.isArray(value) ? value.length : value,
      `a list of ${count} layers, as "num_hidden_layers" says`,
    );
  }
  return value;
}
