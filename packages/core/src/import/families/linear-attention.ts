import type { Layer, RecurrentLayer } from '../../model/layer.js';
import { type Family, layerCount, repeat } from '../family.js';
import { type Config, field, integer, optionalInteger, optionalObject, wrong } from '../fields.js';
import { fullLayer, fullLayerOf, headDimOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';
import { gatedDeltaNetLayer, kimiDeltaLayer } from '../recurrent.js';
import { indexerTypes, latentOf } from './deepseek.js';

/**
 * Qwen3-Next and Qwen3.5: gated delta nets, and full attention in every `full_attention_interval`-th layer (4).
 *
 * Source: huggingface/transformers, `models/qwen3_next/configuration_qwen3_next.py` and `models/qwen3_5`
 * (`__post_init__`), 5.23.0.
 */
export const qwenNext: Family = (config) => {
  const interval = optionalInteger(config, 'full_attention_interval') ?? 4;
  return {
    layers: layersByType(
      config,
      { linear_attention: () => gatedDeltaNetLayer(config), full_attention: () => fullLayerOf(config) },
      (index) => ((index + 1) % interval === 0 ? 'full_attention' : 'linear_attention'),
    ),
  };
};

/**
 * OLMo Hybrid: gated delta nets with as many heads as attention has, keys of three quarters of `hidden_size` together
 * and values twice as large where the config does not say; full attention in every fourth layer.
 *
 * Source: huggingface/transformers, `models/olmo_hybrid/configuration_olmo_hybrid.py` (`__post_init__`), 5.23.0.
 */
export const olmoHybrid: Family = (config) => {
  const heads = integer(config, 'num_attention_heads');
  const keyHeads = optionalInteger(config, 'linear_num_key_heads') ?? heads;
  const keyHeadDim =
    optionalInteger(config, 'linear_key_head_dim') ??
    Math.floor((0.75 * integer(config, 'hidden_size')) / keyHeads);
  return qwenNext({
    ...config,
    linear_num_key_heads: keyHeads,
    linear_num_value_heads: optionalInteger(config, 'linear_num_value_heads') ?? heads,
    linear_key_head_dim: keyHeadDim,
    linear_value_head_dim: optionalInteger(config, 'linear_value_head_dim') ?? 2 * keyHeadDim,
  });
};

/**
 * Kimi Linear and Kimi K3: Kimi delta attention, and latent attention in the layers that `linear_attn_config` lists as
 * `full_attn_layers`, counted from 1.
 *
 * Source: huggingface/transformers, `models/kimi_linear/configuration_kimi_linear.py` (`__post_init__`), 5.23.0.
 */
export const kimiLinear: Family = (config) => {
  const linear = optionalObject(config, 'linear_attn_config') ?? {};
  const recurrent = kimiDeltaLayer(
    optionalInteger(linear, 'num_heads') ?? integer(config, 'linear_num_heads'),
    optionalInteger(linear, 'head_dim') ?? integer(config, 'linear_head_dim'),
    optionalInteger(linear, 'short_conv_kernel_size') ?? integer(config, 'linear_conv_kernel_dim'),
    field(linear, 'gate_lower_bound') !== undefined,
  );
  const latent = latentOf(config);
  const full = fullLayers(linear, layerCount(config));
  return {
    layers: layersByType(
      config,
      { linear_attention: () => recurrent, full_attention: () => latent },
      (index) => (full(index) ? 'full_attention' : 'linear_attention'),
    ),
  };
};

function fullLayers(linear: Config, count: number): (index: number) => boolean {
  const [full, kda] = ['full_attn_layers', 'kda_layers'].map((key) => {
    const layers = field(linear, key);
    if (layers !== undefined && !Array.isArray(layers)) {
      throw wrong(key, layers, 'a list of layers, counted from 1');
    }
    return layers === undefined ? undefined : new Set<unknown>(layers);
  });
  if (full === undefined || kda === undefined) {
    return (index) => index > 0 && index % 4 === 0;
  }
  const all = Array.from({ length: count }, (_, index) => index + 1);
  if (full.size + kda.size !== count || !all.every((layer) => full.has(layer) !== kda.has(layer))) {
    throw wrong(
      'linear_attn_config',
      [...full, ...kda],
      `lists that name each of ${count} layers once, from 1`,
    );
  }
  return (index) => full.has(index + 1);
}

/**
 * Bailing hybrid (Ring and Ling 2.5): latent attention in every `layer_group_size`-th layer, Kimi delta attention with as
 * many heads elsewhere. Saved again by transformers, a config states its sizes as `linear_...`, and `head_dim` is then the
 * rotary size.
 *
 * Source: huggingface/transformers, `models/bailing_hybrid/configuration_bailing_hybrid.py` (`__post_init__`), 5.24.0.
 */
export const bailingHybrid: Family = (config) => {
  const group = integer(config, 'layer_group_size');
  const recurrent = kimiDeltaLayer(
    optionalInteger(config, 'linear_num_heads') ?? integer(config, 'num_attention_heads'),
    optionalInteger(config, 'linear_head_dim') ?? integer(config, 'head_dim'),
    optionalInteger(config, 'linear_conv_kernel_dim') ?? integer(config, 'short_conv_kernel_size'),
  );
  const latent = latentOf(config);
  return {
    layers: layersByType(
      config,
      { linear_attention: () => recurrent, full_attention: () => latent },
      (index) => ((index + 1) % group === 0 ? 'full_attention' : 'linear_attention'),
    ),
  };
};

/**
 * MiniMax-01 and M1: lightning attention keeps a state of `heads x head_dim x head_dim`; `layer_types`, or
 * `attn_type_list` of 0 (lightning) and 1 (full) as first published.
 *
 * Source: huggingface/transformers, `models/minimax/configuration_minimax.py` and `modeling_minimax.py`
 * (`MiniMaxLightningAttention`), 5.23.0.
 */
export const miniMax: Family = (config) => {
  const heads = integer(config, 'num_attention_heads');
  const headDim = headDimOf(config);
  const recurrent: RecurrentLayer = {
    kind: 'recurrent',
    mechanism: 'lightning_attention',
    state: { shape: [heads, headDim, headDim], dtype: 'model' },
  };
  return {
    layers: layersByType(
      { ...config, layer_types: field(config, 'layer_types') ?? attentionTypes(config) },
      { linear_attention: () => recurrent, full_attention: () => fullLayerOf(config) },
      (index) => (index % 2 === 0 ? 'full_attention' : 'linear_attention'),
    ),
  };
};

function attentionTypes(config: Config): readonly string[] | undefined {
  const list = field(config, 'attn_type_list');
  if (list === undefined) {
    return undefined;
  }
  if (!Array.isArray(list) || !list.every((type) => type === 0 || type === 1)) {
    throw wrong('attn_type_list', list, 'a list of 0 and 1, one for each layer');
  }
  return list.map((type) => (type === 1 ? 'full_attention' : 'linear_attention'));
}

/**
 * MiniMax M3: full attention throughout; sparse layers keep an indexer's key of one head beside it.
 *
 * Source: huggingface/transformers, `models/minimax_m3_vl/configuration_minimax_m3_vl.py` (`__post_init__`) and
 * `modeling_minimax_m3_vl.py` (`MiniMaxM3VLIndexer`), 5.23.0.
 */
export const miniMaxM3: Family = (config) => {
  const sparse = optionalObject(config, 'sparse_attention_config') ?? {};
  const full = fullLayerOf(config);
  const indexHeadDim =
    optionalInteger(sparse, 'sparse_index_dim') ?? optionalInteger(config, 'index_head_dim');
  const frequency = field(sparse, 'sparse_attention_freq');
  if (frequency !== undefined && !(Array.isArray(frequency) && frequency.length === layerCount(config))) {
    throw wrong('sparse_attention_freq', frequency, 'a list of 0 and 1, one for each layer');
  }
  return {
    layers: layersByType(
      config,
      {
        full_attention: () => full,
        minimax_m3_sparse: () => ({
          ...full,
          indexer: { indexHeadDim: indexHeadDim ?? integer(config, 'index_head_dim') },
        }),
      },
      (index) => (Array.isArray(frequency) && frequency[index] ? 'minimax_m3_sparse' : 'full_attention'),
    ),
  };
};

/**
 * LFM2, dense and MoE: short convolutions over `hidden_size` channels, of `conv_L_cache` tokens, and full attention in
 * the layers of `layer_types` or `full_attn_idxs`.
 *
 * Source: huggingface/transformers, `models/lfm2/configuration_lfm2.py` (`__post_init__`) and `modeling_lfm2.py`
 * (`Lfm2ShortConv`), 5.23.0.
 */
export const lfm2: Family = (config) => {
  const indices = field(config, 'full_attn_idxs');
  if (indices !== undefined && !Array.isArray(indices)) {
    throw wrong('full_attn_idxs', indices, 'a list of layers');
  }
  return {
    layers: layersByType(
      config,
      { conv: () => shortConvolution(config), full_attention: () => fullLayerOf(config) },
      (index) => (indices === undefined || indices.includes(index) ? 'full_attention' : 'conv'),
    ),
  };
};

/**
 * LFM3: short convolutions, full attention in every fourth layer from the third on, and sliding attention in every fourth
 * from the fifth on, where `layer_types` does not say.
 *
 * Source: huggingface/transformers, `models/lfm3/configuration_lfm3.py` (`__post_init__`), 5.24.0.
 */
export const lfm3: Family = (config) => {
  const full = fullLayerOf(config);
  return {
    layers: layersByType(
      config,
      {
        conv: () => shortConvolution(config),
        full_attention: () => full,
        sliding_attention: () => sliding(full, integer(config, 'sliding_window')),
      },
      (index) =>
        index % 4 === 2 ? 'full_attention' : index % 4 === 0 && index > 0 ? 'sliding_attention' : 'conv',
    ),
  };
};

function shortConvolution(config: Config): RecurrentLayer {
  return {
    kind: 'recurrent',
    mechanism: 'short_convolution',
    convolution: { channels: integer(config, 'hidden_size'), kernelSize: integer(config, 'conv_L_cache') },
  };
}

/**
 * Lara Mini: gated delta nets, sliding and full attention, in a pattern of five layers where `layer_types` does not say.
 *
 * Source: huggingface/transformers, `models/lara_mini/configuration_lara_mini.py` (`__post_init__`), 5.24.0.
 */
export const laraMini: Family = (config) => {
  const full = fullLayerOf(config);
  const pattern = [
    ...(['linear_attention', 'sliding_attention', 'linear_attention'] as const),
    ...(['full_attention', 'sliding_attention'] as const),
  ];
  return {
    layers: layersByType(
      config,
      {
        linear_attention: () => gatedDeltaNetLayer(config),
        full_attention: () => full,
        sliding_attention: () => sliding(full, integer(config, 'sliding_window')),
      },
      (index) => pattern[index % pattern.length] ?? 'full_attention',
    ),
  };
};

/**
 * GLM-5 Next: Kimi delta attention, and in every fourth layer a latent without a rotary key. The indexer of those with
 * `indexer_types` `full` keeps, for each token, its key, gates for the key and whether it is valid, from which it pools blocks.
 *
 * Source: huggingface/transformers, `models/glm5_next/configuration_glm5_next.py` (`__post_init__`) and
 * `modeling_glm5_next.py` (`packed_states`), 5.24.0.
 */
export const glm5Next: Family = (config) => {
  const linear = optionalObject(config, 'linear_attn_config') ?? {};
  const recurrent = kimiDeltaLayer(
    optionalInteger(linear, 'num_heads') ?? integer(config, 'linear_num_heads'),
    optionalInteger(linear, 'head_dim') ?? integer(config, 'linear_head_dim'),
    optionalInteger(linear, 'short_conv_kernel_size') ?? integer(config, 'linear_conv_kernel_dim'),
  );
  const latent = latentOf(config);
  const indexed = { ...latent, indexer: { indexHeadDim: 2 * integer(config, 'index_head_dim') + 1 } };
  const indexers = indexerTypes(config);
  const layers = layersByType(
    config,
    {
      linear_attention: () => recurrent,
      full_attention: (): Layer => indexed,
      indexed_attention: (): Layer => indexed,
    },
    (index) => (index % 4 === 3 ? 'indexed_attention' : 'linear_attention'),
  );
  return {
    layers: layers.map((layer, index) =>
      layer === indexed && indexers[index] === 'shared' ? latent : layer,
    ),
  };
};

/**
 * RecurrentGemma (Griffin): blocks repeat `block_types`; recurrent ones keep a convolution and an RG-LRU state of
 * `lru_width`, attention ones the last `attention_window_size` tokens.
 *
 * Source: huggingface/transformers, `models/recurrent_gemma/configuration_recurrent_gemma.py` and
 * `modeling_recurrent_gemma.py` (`RecurrentGemmaRecurrentBlock._setup_cache`), 5.23.0.
 */
export const recurrentGemma: Family = (config) => {
  const width = optionalInteger(config, 'lru_width') ?? integer(config, 'hidden_size');
  const recurrent: RecurrentLayer = {
    kind: 'recurrent',
    mechanism: 'rg_lru',
    convolution: { channels: width, kernelSize: integer(config, 'conv1d_width') },
    state: { shape: [width], dtype: 'fp32' },
  };
  const window = optionalInteger(config, 'sliding_window') ?? integer(config, 'attention_window_size');
  const heads = optionalInteger(config, 'num_key_value_heads') ?? integer(config, 'num_attention_heads');
  const local: Layer = sliding(fullLayer(heads, headDimOf({ ...config, head_dim: undefined })), window);
  const blocks = field(config, 'block_types') ?? ['recurrent', 'recurrent', 'attention'];
  if (
    !Array.isArray(blocks) ||
    blocks.length === 0 ||
    !blocks.every((type) => type === 'recurrent' || type === 'attention')
  ) {
    throw wrong('block_types', blocks, 'a list of "recurrent" and "attention"');
  }
  return {
    layers: Array.from({ length: layerCount(config) }, (_, index) =>
      blocks[index % blocks.length] === 'recurrent' ? recurrent : local,
    ),
  };
};

/**
 * RWKV 4: the last input of attention and of the feed-forward part, in the model's dtype, and numerator, denominator and
 * maximum of the weighted sum in fp32.
 *
 * Source: huggingface/transformers, `models/rwkv/modeling_rwkv.py` (`RwkvModel.forward`: five states), 5.23.0.
 */
export const rwkv: Family = (config) => {
  const hidden = integer(config, 'hidden_size');
  const attention = optionalInteger(config, 'attention_hidden_size') ?? hidden;
  return {
    layers: repeat(
      {
        kind: 'recurrent',
        mechanism: 'rwkv',
        convolution: { channels: 2 * hidden, kernelSize: 2 },
        state: { shape: [attention, 3], dtype: 'fp32' },
      },
      layerCount(config),
    ),
  };
};
