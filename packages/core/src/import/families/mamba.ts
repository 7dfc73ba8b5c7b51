import type { Layer, RecurrentLayer } from '../../model/layer.js';
import { type Family, layerCount, repeat } from '../family.js';
import { type Config, field, integer, optionalInteger, wrong } from '../fields.js';
import { fullLayer, fullLayerOf } from '../heads.js';
import { layersByType } from '../layer-types.js';
import { checkHeads, integerOrAuto, mamba2Layer, mambaLayer } from '../recurrent.js';

/**
 * Mamba and Falcon-Mamba: `expand x hidden_size` channels (or `intermediate_size`) in every layer.
 *
 * Source: huggingface/transformers, `models/mamba/configuration_mamba.py` and `models/falcon_mamba`, 5.23.0.
 */
export const mamba: Family = (config) => ({
  layers: repeat(
    mambaLayer({
      channels: optionalInteger(config, 'intermediate_size') ?? innerChannels(config, 'expand'),
      kernelSize: integer(config, 'conv_kernel'),
      stateSize: integer(config, 'state_size'),
    }),
    layerCount(config),
  ),
});

/**
 * Mamba 2 and Codestral Mamba.
 *
 * Source: huggingface/transformers, `models/mamba2/configuration_mamba2.py`, 5.23.0.
 */
export const mamba2: Family = (config) => {
  const numHeads = integer(config, 'num_heads');
  const headDim = integer(config, 'head_dim');
  checkHeads(numHeads, headDim, innerChannels(config, 'expand'), 'num_heads');
  const sizes = {
    ...{ numHeads, headDim },
    numGroups: integer(config, 'n_groups'),
    stateSize: integer(config, 'state_size'),
    kernelSize: integer(config, 'conv_kernel'),
  };
  return { layers: repeat(mamba2Layer(sizes, config), layerCount(config)) };
};

/**
 * Jamba: one attention layer in every `attn_layer_period`, at `attn_layer_offset`, the others Mamba 1.
 *
 * Source: huggingface/transformers, `models/jamba/configuration_jamba.py` (`layers_block_type`), 5.23.0.
 */
export const jamba: Family = (config) => {
  const period = integer(config, 'attn_layer_period');
  const offset = integer(config, 'attn_layer_offset', 0);
  const full = fullLayerOf(config);
  const recurrent = mambaOf(config);
  return {
    layers: Array.from({ length: layerCount(config) }, (_, index) =>
      index % period === offset ? full : recurrent,
    ),
  };
};

/**
 * Zamba: `hybrid` layers have Mamba and a shared attention block, which keeps a cache for each use, of heads of
 * `2 x hidden_size / num_attention_heads`.
 *
 * Source: huggingface/transformers, `models/zamba/configuration_zamba.py` and `modeling_zamba.py` (`ZambaMambaMixer`,
 * `ZambaHybridLayer`), 5.23.0.
 */
export const zamba: Family = (config) => {
  const period = integer(config, 'attn_layer_period');
  const offset = integer(config, 'attn_layer_offset', 0);
  const recurrent = mambaOf(config, integer(config, 'n_mamba_heads'));
  return {
    layers: layersByType(blockTypes(config), hybridLayers(recurrent, sharedAttention(config)), (index) =>
      index === 2 || (index > 2 && (index - 3) % period === offset) ? 'hybrid' : 'linear_attention',
    ),
  };
};

/**
 * Zamba2: as Zamba, with Mamba 2.
 *
 * Source: huggingface/transformers, `models/zamba2/configuration_zamba2.py` (`__post_init__`), 5.23.0.
 */
export const zamba2: Family = (published) => {
  const config = withTransformersNames(published);
  const numHeads = integer(config, 'n_mamba_heads');
  const channels = innerChannels(config, 'mamba_expand');
  const headDim = Math.floor(channels / numHeads);
  checkHeads(numHeads, headDim, channels, 'n_mamba_heads');
  const recurrent = mamba2Layer(
    {
      ...{ numHeads, headDim },
      numGroups: integer(config, 'mamba_ngroups'),
      stateSize: integer(config, 'mamba_d_state'),
      kernelSize: integer(config, 'mamba_d_conv'),
    },
    config,
  );
  if (field(config, 'layers_block_type') === undefined && field(config, 'layer_types') === undefined) {
    throw wrong('layers_block_type', undefined, 'a list of "mamba" and "hybrid", one for each layer');
  }
  return {
    layers: layersByType(
      blockTypes(config),
      hybridLayers(recurrent, sharedAttention(config)),
      () => 'linear_attention',
    ),
  };
};

/**
 * Falcon-H1: attention and Mamba 2 side by side in every layer.
 *
 * Source: huggingface/transformers, `models/falcon_h1/configuration_falcon_h1.py` and `modeling_falcon_h1.py`
 * (`FalconH1Mixer`), 5.23.0.
 */
export const falconH1: Family = (config) => {
  const channels =
    field(config, 'mamba_d_ssm') === undefined
      ? innerChannels(config, 'mamba_expand')
      : integer(config, 'mamba_d_ssm');
  const parts = [fullLayerOf(config), mamba2Of(config, channels)];
  return { layers: repeat({ kind: 'composite', parts }, layerCount(config)) };
};

/**
 * Bamba: attention at `attn_layer_indices`, Mamba 2 elsewhere.
 *
 * Source: huggingface/transformers, `models/bamba/configuration_bamba.py` (`layers_block_type`), 5.23.0.
 */
export const bamba: Family = (config) => {
  const indices = field(config, 'attn_layer_indices') ?? [];
  const count = layerCount(config);
  if (!Array.isArray(indices) || !indices.every((index) => Number.isInteger(index) && index < count)) {
    throw wrong('attn_layer_indices', indices, `a list of layers below ${count}`);
  }
  const attention = new Set<unknown>(indices);
  const full = fullLayerOf(config);
  const recurrent = mamba2Of(config, innerChannels(config, 'mamba_expand'));
  return {
    layers: Array.from({ length: count }, (_, index) => (attention.has(index) ? full : recurrent)),
  };
};

/**
 * Granite 4: `layer_types` of `mamba` and `attention`, Mamba 2 throughout where it is not set.
 *
 * Source: huggingface/transformers, `models/granitemoehybrid/configuration_granitemoehybrid.py`, 5.23.0.
 */
export const graniteHybrid: Family = (config) => ({
  layers: layersByType(
    blockTypes(config),
    {
      linear_attention: () => mamba2Of(config, innerChannels(config, 'mamba_expand')),
      full_attention: () => fullLayerOf(config),
    },
    () => 'linear_attention',
  ),
});

const NEMOTRON_TYPES: Readonly<Record<string, string>> = {
  M: 'linear_attention',
  '*': 'full_attention',
  '-': 'mlp',
  E: 'moe',
};

/**
 * Nemotron-H and Nemotron 3: a letter of `hybrid_override_pattern` for each layer, M for Mamba 2, * for attention, - and
 * E for feed-forward layers that keep nothing. Heads are of `head_dim`, or `attention_head_dim` in older configs.
 *
 * Source: huggingface/transformers, `models/nemotron_h/configuration_nemotron_h.py` (`__post_init__`,
 * `_pattern_to_list`) and `modeling_nemotron_h.py` (`NemotronHMamba2Mixer`), 5.23.0.
 */
export const nemotronH: Family = (config) => {
  const types = nemotronTypes(config);
  const headDim = optionalInteger(config, 'attention_head_dim');
  const none: Layer = { kind: 'none' };
  const layers: Readonly<Record<string, () => Layer>> = {
    linear_attention: () =>
      mamba2Layer(
        {
          numHeads: integer(config, 'mamba_num_heads'),
          headDim: integer(config, 'mamba_head_dim'),
          numGroups: integer(config, 'n_groups'),
          stateSize: integer(config, 'ssm_state_size'),
          kernelSize: integer(config, 'conv_kernel'),
        },
        config,
      ),
    full_attention: () =>
      headDim === undefined
        ? fullLayerOf(config)
        : { ...fullLayerOf(config), keyHeadDim: headDim, valueHeadDim: headDim },
    mlp: () => none,
    moe: () => none,
  };
  return {
    layers: layersByType({ num_hidden_layers: types.length, layer_types: types }, layers, () => 'mlp'),
  };
};

/** What each layer of a Nemotron-H is: `linear_attention`, `full_attention`, `mlp` or `moe`. */
export function nemotronTypes(config: Config): readonly unknown[] {
  const listed = field(config, 'layer_types') ?? field(config, 'layers_block_type');
  if (Array.isArray(listed)) {
    return listed;
  }
  const pattern = field(config, 'hybrid_override_pattern');
  if (typeof pattern !== 'string' || !/^[M*E-]+$/.test(pattern)) {
    throw wrong(
      'hybrid_override_pattern',
      pattern,
      'a text of the letters M, *, - and E, one for each layer',
    );
  }
  const count = optionalInteger(config, 'num_hidden_layers');
  if (count !== undefined && count !== pattern.length) {
    throw wrong('hybrid_override_pattern', pattern, `as long as "num_hidden_layers" ${count}`);
  }
  return [...pattern].map((letter) => NEMOTRON_TYPES[letter]);
}

/** The config with `layer_types`, which some classes call `layers_block_type`. */
function blockTypes(config: Config): Config {
  return { ...config, layer_types: field(config, 'layer_types') ?? field(config, 'layers_block_type') };
}

function hybridLayers(recurrent: RecurrentLayer, attention: Layer & { readonly kind: 'full' }) {
  return {
    linear_attention: () => recurrent,
    hybrid: (): Layer => ({ kind: 'composite', parts: [attention, recurrent] }),
  };
}

/**
 * The sizes of a Zamba2 as Zyphra's own code names them, under the names that Transformers gave them later; the size of
 * a head stands there for the number of heads.
 *
 * Source: Zyphra/transformers_zamba2, `models/zamba2/configuration_zamba2.py`, 001330e.
 */
function withTransformersNames(config: Config): Config {
  const expand = optionalInteger(config, 'expansion_factor');
  if (expand === undefined) {
    return config;
  }
  const channels = expand * integer(config, 'hidden_size');
  const headDim = integer(config, 'mamba_headdim');
  if (channels % headDim !== 0) {
    throw wrong('mamba_headdim', headDim, `a size of heads that fill ${channels} inner channels`);
  }
  return {
    ...config,
    mamba_expand: expand,
    n_mamba_heads: channels / headDim,
    mamba_d_state: integer(config, 'state_size'),
    mamba_d_conv: integer(config, 'conv_dimension'),
  };
}

/** Attention over the layer's input and the embedding side by side, so over twice the hidden size. */
function sharedAttention(config: Config) {
  const heads = integer(config, 'num_attention_heads');
  return fullLayer(
    optionalInteger(config, 'num_key_value_heads') ?? heads,
    optionalInteger(config, 'attention_head_dim') ?? Math.floor((2 * integer(config, 'hidden_size')) / heads),
  );
}

function mambaOf(config: Config, heads?: number): RecurrentLayer {
  const channels = innerChannels(config, 'mamba_expand');
  if (heads !== undefined) {
    checkHeads(heads, Math.floor(channels / heads), channels, 'n_mamba_heads');
  }
  return mambaLayer(
    { channels, kernelSize: integer(config, 'mamba_d_conv'), stateSize: integer(config, 'mamba_d_state') },
    heads,
  );
}

function mamba2Of(config: Config, channels: number): RecurrentLayer {
  const numHeads = integer(config, 'mamba_n_heads');
  const headDim = integerOrAuto(config, 'mamba_d_head', Math.floor(channels / numHeads));
  checkHeads(numHeads, headDim, channels, 'mamba_n_heads');
  return mamba2Layer(
    {
      ...{ numHeads, headDim },
      numGroups: integer(config, 'mamba_n_groups'),
      stateSize: integer(config, 'mamba_d_state'),
      kernelSize: integer(config, 'mamba_d_conv'),
    },
    config,
  );
}

function innerChannels(config: Config, expand: 'expand' | 'mamba_expand'): number {
  return integer(config, expand) * integer(config, 'hidden_size');
}
