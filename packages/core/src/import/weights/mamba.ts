import type { Layer } from '../../model/layer.js';
import { nemotronTypes } from '../families/mamba.js';
import { type Config, field, integer, optionalInteger } from '../fields.js';
import { attentionTensors, type Flag, isOn } from './attention.js';
import { type DecoderStyle, isRecurrent } from './decoder.js';
import { denseTensors, expertTensors } from './feed-forward.js';
import { flag } from './fields.js';
import { mamba2Tensors, mambaTensors } from './recurrent.js';
import { linear, type Tensors } from './tensors.js';

/**
 * Decoders with Mamba layers, alone or among others.
 *
 * Source: huggingface/transformers, `models/<type>/modeling_<type>.py`, 5.23.0; each row is checked against the class
 * itself (`tooling/transformers/parameter_counts.py`).
 */
export const MAMBA_DECODERS: Readonly<Record<string, DecoderStyle>> = {
  bamba: { attention: hybrid, feedForward: gated },
  falcon_h1: { attention: sideBySide, feedForward: gated },
  falcon_mamba: { tied: true, norms: 1, attention: mamba, feedForward: nothing },
  granitemoehybrid: { attention: hybrid, feedForward: graniteFeedForward },
  jamba: { attention: jambaMixer, feedForward: jambaFeedForward },
  mamba: { tied: true, norms: 1, attention: mamba, feedForward: nothing },
  mamba2: { norms: 1, attention: mamba2, feedForward: nothing },
  nemotron_h: { norms: 1, attention: nemotronMixer, feedForward: nothing },
};

function nothing(): readonly Tensors[] {
  return [];
}

function gated(config: Config): readonly Tensors[] {
  return denseTensors(config, integer(config, 'intermediate_size'), { bias: ['mlp_bias', false] });
}

function attention(config: Config): readonly Tensors[] {
  return attentionTensors(config, {
    qkvBias: ['attention_bias', false],
    outputBias: ['attention_bias', false],
  });
}

function mamba(config: Config): readonly Tensors[] {
  return mambaTensors(config, {
    inner:
      optionalInteger(config, 'intermediate_size') ??
      integer(config, 'expand') * integer(config, 'hidden_size'),
    state: integer(config, 'state_size'),
    rank: field(config, 'time_step_rank') ?? 'auto',
    kernel: integer(config, 'conv_kernel'),
    bias: flag(config, 'use_bias'),
    convolutionBias: flag(config, 'use_conv_bias', true),
  });
}

function mamba2(config: Config): readonly Tensors[] {
  const heads = integer(config, 'num_heads');
  const bias = flag(config, 'use_bias');
  return mamba2Tensors(config, {
    heads,
    inner: heads * integer(config, 'head_dim'),
    groups: integer(config, 'n_groups'),
    state: integer(config, 'state_size'),
    kernel: integer(config, 'conv_kernel'),
    bias,
    outputBias: bias,
    convolutionBias: flag(config, 'use_conv_bias', true),
    norm: true,
  });
}

/** The Mamba 2 of Bamba, Granite 4 and Falcon-H1, whose fields begin with `mamba_`. */
function mamba2OfHybrid(config: Config, more: { readonly norm: boolean; readonly outputBias: boolean }) {
  return mamba2Tensors(config, {
    heads: integer(config, 'mamba_n_heads'),
    inner: optionalInteger(config, 'mamba_d_ssm') ?? expanded(config),
    groups: integer(config, 'mamba_n_groups'),
    state: integer(config, 'mamba_d_state'),
    kernel: integer(config, 'mamba_d_conv'),
    bias: flag(config, 'mamba_proj_bias'),
    convolutionBias: flag(config, 'mamba_conv_bias', true),
    ...more,
  });
}

function expanded(config: Config): number {
  return integer(config, 'mamba_expand') * integer(config, 'hidden_size');
}

function hybrid(config: Config, _: number, layer: Layer): readonly Tensors[] {
  return isRecurrent(layer)
    ? mamba2OfHybrid(config, { norm: true, outputBias: flag(config, 'mamba_proj_bias') })
    : attention(config);
}

function sideBySide(config: Config): readonly Tensors[] {
  const more = { norm: flag(config, 'mamba_rms_norm'), outputBias: flag(config, 'projectors_bias') };
  return [...mamba2OfHybrid(config, more), ...attention(config)];
}

function graniteFeedForward(config: Config): readonly Tensors[] {
  const experts = optionalInteger(config, 'num_local_experts', 0) ?? 0;
  return [
    ...(experts === 0 ? [] : expertTensors(config, { size: 'intermediate_size' })),
    ...denseTensors(config, integer(config, 'shared_intermediate_size'), { module: 'shared_mlp' }),
  ];
}

function jambaMixer(config: Config, _: number, layer: Layer): readonly Tensors[] {
  return isRecurrent(layer)
    ? mambaTensors(config, {
        inner: expanded(config),
        state: integer(config, 'mamba_d_state'),
        rank: field(config, 'mamba_dt_rank') ?? 'auto',
        kernel: integer(config, 'mamba_d_conv'),
        bias: flag(config, 'mamba_proj_bias'),
        convolutionBias: flag(config, 'mamba_conv_bias', true),
        norms: true,
      })
    : attentionTensors(config, {});
}

/** Experts in every `expert_layer_period`-th layer from `expert_layer_offset` on, where there are several. */
function jambaFeedForward(config: Config, index: number): readonly Tensors[] {
  const isSparse =
    index % integer(config, 'expert_layer_period') === integer(config, 'expert_layer_offset', 0) &&
    integer(config, 'num_experts') > 1;
  return isSparse
    ? expertTensors(config, { size: 'intermediate_size' })
    : denseTensors(config, integer(config, 'intermediate_size'));
}

/** One mixer a layer: Mamba 2, attention, a dense feed-forward layer, or experts, all without gates. */
function nemotronMixer(config: Config, index: number): readonly Tensors[] {
  const bias: Flag = ['mlp_bias', false];
  const latentSize = optionalInteger(config, 'moe_latent_size');
  switch (nemotronTypes(config)[index]) {
    case 'mamba':
    case 'linear_attention':
      return mamba2Tensors(config, {
        heads: integer(config, 'mamba_num_heads'),
        inner: integer(config, 'mamba_num_heads') * integer(config, 'mamba_head_dim'),
        groups: integer(config, 'n_groups'),
        state: integer(config, 'ssm_state_size'),
        kernel: integer(config, 'conv_kernel'),
        bias: flag(config, 'use_bias'),
        outputBias: flag(config, 'use_bias'),
        norm: true,
        convolutionBias: flag(config, 'use_conv_bias', true),
      });
    case 'moe':
      return [
        ...(latentSize === undefined
          ? []
          : [
              ...linear(
                'mixer.fc1_latent_proj',
                latentSize,
                integer(config, 'hidden_size'),
                isOn(config, bias),
              ),
              ...linear(
                'mixer.fc2_latent_proj',
                integer(config, 'hidden_size'),
                latentSize,
                isOn(config, bias),
              ),
            ]),
        ...expertTensors(config, {
          size: 'moe_intermediate_size',
          correction: true,
          gated: false,
          width: () => latentSize ?? integer(config, 'hidden_size'),
          shared: () => integer(config, 'moe_shared_expert_intermediate_size'),
          sharedBias: bias,
        }),
      ];
    case 'mlp':
      return denseTensors(config, integer(config, 'intermediate_size'), { gated: false, bias });
    default: {
      const headDim = optionalInteger(config, 'attention_head_dim');
      return attentionTensors(headDim === undefined ? config : { ...config, head_dim: headDim }, {});
    }
  }
}
