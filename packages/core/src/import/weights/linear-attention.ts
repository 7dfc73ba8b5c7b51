import { type Config, field, integer, optionalInteger, optionalObject } from '../fields.js';
import { headDimOf } from '../heads.js';
import { attentionTensors, latentAttentionTensors } from './attention.js';
import { type DecoderStyle, isRecurrent } from './decoder.js';
import {
  denseTensors,
  type ExpertStyle,
  expertTensors,
  isAfterDense,
  sharedExperts,
} from './feed-forward.js';
import { firstInteger, flag } from './fields.js';
import { convolution, shortConvolutionTensors } from './recurrent.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

const KIMI_EXPERTS: ExpertStyle = {
  size: 'moe_intermediate_size',
  correction: true,
  shared: sharedExperts('num_shared_experts', 'moe_intermediate_size'),
};

const LFM2: DecoderStyle = {
  tied: true,
  attention: (config, _, layer) =>
    isRecurrent(layer) ? shortConvolutionTensors(config) : attentionTensors(config, { qkNorm: 'head' }),
  feedForward: (config) => denseTensors(config, lfm2Intermediate(config)),
};

const MINIMAX: DecoderStyle = {
  attention: (config, _, layer) =>
    isRecurrent(layer) ? lightningTensors(config) : attentionTensors(config, {}),
  feedForward: (config) => expertTensors(config, { size: 'intermediate_size' }),
};

/**
 * Decoders with linear attention, short convolutions or other recurrent mixers than Mamba.
 *
 * Source: huggingface/transformers, `models/<type>/modeling_<type>.py`, 5.23.0; each row is checked against the class
 * itself (`tooling/transformers/parameter_counts.py`). MiniMax-Text-01 and M1 as first published have the tensors of
 * `minimax` without its buffers. What Kimi K3 adds to `kimi_linear`: sgl-project/sglang, `srt/models/kimi_k3.py`, 0.5.23.
 */
export const LINEAR_DECODERS: Readonly<Record<string, DecoderStyle>> = {
  kimi_linear: {
    attention: (config, _, layer) => [
      ...(isRecurrent(layer) ? kimiDeltaTensors(config) : kimiLatentTensors(config)),
      ...kimiResidual(config, 2),
    ],
    feedForward: (config, index) =>
      isAfterDense(config, index)
        ? kimiExperts(config)
        : denseTensors(config, integer(config, 'intermediate_size')),
    once: (config) => kimiResidual(config, 1),
  },
  lfm2: LFM2,
  lfm2_moe: {
    ...LFM2,
    feedForward: (config, index) =>
      index < integer(config, 'num_dense_layers', 0)
        ? denseTensors(config, integer(config, 'intermediate_size'))
        : expertTensors(config, {
            size: 'moe_intermediate_size',
            ...(flag(config, 'use_expert_bias', true) ? { correction: true } : {}),
          }),
  },
  minimax: {
    ...MINIMAX,
    attention: (config, _, layer) =>
      isRecurrent(layer)
        ? [...lightningTensors(config), ...lightningBuffers(config)]
        : attentionTensors(config, {}),
  },
  minimax_m1: MINIMAX,
  minimax_text_01: MINIMAX,
  recurrent_gemma: {
    tied: true,
    attention: (config, _, layer) =>
      isRecurrent(layer)
        ? griffinTensors(config)
        : attentionTensors(
            { ...config, head_dim: undefined },
            { qkvBias: ['attention_bias', false], outputBias: true },
          ),
    feedForward: (config) =>
      denseTensors(config, Math.floor(integer(config, 'intermediate_size') / 2), { bias: true }),
  },
  rwkv: {
    norm: 'layer',
    attention: rwkvAttention,
    feedForward: rwkvFeedForward,
    once: (config) => [vector('pre_ln', 2 * integer(config, 'hidden_size'))],
  },
};

/** Kimi delta attention: a convolution over queries, keys and values, a gate that forgets, and one of the output. */
function kimiDeltaTensors(config: Config): readonly Tensors[] {
  const own = optionalObject(config, 'linear_attn_config') ?? {};
  const hidden = integer(config, 'hidden_size');
  const heads = optionalInteger(own, 'num_heads') ?? integer(config, 'linear_num_heads');
  const headDim = optionalInteger(own, 'head_dim') ?? integer(config, 'linear_head_dim');
  const kernel = optionalInteger(own, 'short_conv_kernel_size') ?? integer(config, 'linear_conv_kernel_dim');
  const channels = heads * headDim;
  const narrow = (name: string) => [
    ...linear(`self_attn.${name}_a_proj`, headDim, hidden),
    ...linear(`self_attn.${name}_b_proj`, channels, headDim),
  ];
  return [
    ...['q', 'k', 'v'].flatMap((name) => linear(`self_attn.${name}_proj`, channels, hidden)),
    ...convolution(3 * channels, kernel, false),
    vector('self_attn.dt_bias', channels),
    vector('self_attn.A_log', heads),
    ...linear('self_attn.b_proj', heads, hidden),
    ...narrow('f'),
    ...(flag(own, 'use_full_rank_gate') ? linear('self_attn.g_proj', channels, hidden) : narrow('g')),
    vector('self_attn.o_norm', headDim),
    ...linear('self_attn.o_proj', hidden, channels),
  ];
}

/** Kimi K3 gates the output of latent attention. */
function kimiLatentTensors(config: Config): readonly Tensors[] {
  const values = integer(config, 'num_attention_heads') * integer(config, 'v_head_dim');
  return [
    ...latentAttentionTensors(config, false),
    ...(flag(config, 'mla_use_output_gate')
      ? linear('self_attn.g_proj', values, integer(config, 'hidden_size'))
      : []),
  ];
}

/** The experts of Kimi K3 read and write a latent of `routed_expert_hidden_size`. */
function kimiExperts(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const latent = optionalInteger(config, 'routed_expert_hidden_size');
  return latent === undefined
    ? expertTensors(config, KIMI_EXPERTS)
    : [
        ...expertTensors(config, { ...KIMI_EXPERTS, width: () => latent }),
        // Quantizers leave them alone, as they do the router.
        tensors('other', 'mlp.routed_expert_down_proj', latent, hidden),
        ...(flag(config, 'latent_moe_use_norm') ? [vector('mlp.routed_expert_norm', latent)] : []),
        tensors('other', 'mlp.routed_expert_up_proj', hidden, latent),
      ];
}

/** Norm and score of each reading of earlier layers' outputs (Kimi K3, attention residuals). */
function kimiResidual(config: Config, readings: number): readonly Tensors[] {
  return field(config, 'attn_res_block_size') === undefined
    ? []
    : [vector('attn_res', readings * 2 * integer(config, 'hidden_size'))];
}

function lightningTensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const channels = integer(config, 'num_attention_heads') * headDimOf(config);
  return [
    ...linear('self_attn.qkv_proj', 3 * channels, hidden),
    vector('self_attn.norm', channels),
    ...linear('self_attn.output_gate', channels, hidden),
    ...linear('self_attn.out_proj', hidden, channels),
  ];
}

/** Slopes and decays inside blocks of `block_size` tokens, which the class stores with its weights. */
function lightningBuffers(config: Config): readonly Tensors[] {
  const heads = integer(config, 'num_attention_heads');
  const block = optionalInteger(config, 'block_size') ?? 256;
  return [
    vector('self_attn.slope_rate', heads),
    tensors('other', 'self_attn.query_key_decay', heads, 2 * block),
    tensors('other', 'self_attn.diagonal_decay', heads, block * block),
  ];
}

/** Griffin's recurrent block: two branches, a convolution, and gates of one square block for each head (RG-LRU). */
function griffinTensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const width = firstInteger(config, ['lru_width', 'hidden_size']);
  const heads = integer(config, 'num_attention_heads');
  return [
    ...linear('temporal_block.linear_y', width, hidden, true),
    ...linear('temporal_block.linear_x', width, hidden, true),
    ...convolution(width, integer(config, 'conv1d_width'), true),
    vector('temporal_block.rg_lru.recurrent_param', width),
    tensors('other', 'temporal_block.rg_lru.gate_weight', 2 * width, width / heads),
    vector('temporal_block.rg_lru.gate_bias', 2 * width),
    ...linear('temporal_block.linear_out', hidden, width, true),
  ];
}

function rwkvAttention(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const width = firstInteger(config, ['attention_hidden_size', 'hidden_size']);
  return [
    vector('attention.time', 2 * width + 3 * hidden),
    ...['key', 'value', 'receptance'].flatMap((name) => linear(`attention.${name}`, width, hidden)),
    ...linear('attention.output', hidden, width),
  ];
}

function rwkvFeedForward(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const intermediate = optionalInteger(config, 'intermediate_size') ?? 4 * hidden;
  return [
    vector('feed_forward.time_mix', 2 * hidden),
    ...linear('feed_forward.key', intermediate, hidden),
    ...linear('feed_forward.receptance', hidden, hidden),
    ...linear('feed_forward.value', hidden, intermediate),
  ];
}

/** Two thirds of the block's size, times a factor, rounded up. */
function lfm2Intermediate(config: Config): number {
  const stated = firstInteger(config, ['intermediate_size', 'block_ff_dim']);
  if (!flag(config, 'block_auto_adjust_ff_dim', true)) {
    return stated;
  }
  const factor = Object.hasOwn(config, 'block_ffn_dim_multiplier')
    ? field(config, 'block_ffn_dim_multiplier')
    : 1;
  const twoThirds = Math.floor((2 * stated) / 3);
  const size = typeof factor === 'number' ? Math.floor(factor * twoThirds) : twoThirds;
  const multiple = optionalInteger(config, 'block_multiple_of') ?? 256;
  return typeof factor === 'number' ? Math.ceil(size / multiple) * multiple : size;
}
