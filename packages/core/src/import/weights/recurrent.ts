import { type Config, integer, wrong } from '../fields.js';
import { flag } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** A causal convolution over each channel, with its bias. */
export function convolution(channels: number, kernel: number, bias: boolean): readonly Tensors[] {
  return [
    tensors('other', 'mixer.conv1d', channels, kernel),
    ...(bias ? [vector('mixer.conv1d', channels)] : []),
  ];
}

/** Sizes of a Mamba 1 mixer. */
export interface MambaSizes {
  readonly inner: number;
  readonly state: number;
  /** `auto` is `ceil(hidden_size / 16)`. */
  readonly rank: unknown;
  readonly kernel: number;
  readonly bias: boolean;
  readonly convolutionBias: boolean;
  /** Norms of the step, B and C (Jamba). */
  readonly norms?: true;
}

/** Mamba 1, alone or in a hybrid. */
export function mambaTensors(config: Config, sizes: MambaSizes): readonly Tensors[] {
  const { inner, state, kernel, bias, convolutionBias } = sizes;
  const hidden = integer(config, 'hidden_size');
  const rank = sizes.rank === 'auto' ? Math.ceil(hidden / 16) : sizes.rank;
  if (!Number.isSafeInteger(rank)) {
    throw wrong('time_step_rank', rank, 'an integer or "auto"');
  }
  const steps = rank as number;
  return [
    ...linear('mixer.in_proj', 2 * inner, hidden, bias),
    ...convolution(inner, kernel, convolutionBias),
    ...linear('mixer.x_proj', steps + 2 * state, inner),
    ...linear('mixer.dt_proj', inner, steps, true),
    vector('mixer.A_log', inner * state),
    vector('mixer.D', inner),
    ...(sizes.norms ? [vector('mixer.layernorm', steps + 2 * state)] : []),
    ...linear('mixer.out_proj', hidden, inner, bias),
  ];
}

/** Sizes of a Mamba 2 mixer. */
export interface Mamba2Sizes {
  readonly heads: number;
  /** Channels of all heads. */
  readonly inner: number;
  readonly groups: number;
  readonly state: number;
  readonly kernel: number;
  readonly bias: boolean;
  readonly outputBias: boolean;
  readonly convolutionBias: boolean;
  /** Whether there is a norm before the output. */
  readonly norm: boolean;
}

/** Mamba 2, alone or in a hybrid. */
export function mamba2Tensors(config: Config, sizes: Mamba2Sizes): readonly Tensors[] {
  const { heads, inner, groups, state, kernel, bias, outputBias, convolutionBias, norm } = sizes;
  const hidden = integer(config, 'hidden_size');
  const channels = inner + 2 * groups * state;
  return [
    ...linear('mixer.in_proj', inner + channels + heads, hidden, bias),
    ...convolution(channels, kernel, convolutionBias),
    vector('mixer.dt_bias', heads),
    vector('mixer.A_log', heads),
    vector('mixer.D', heads),
    ...(norm ? [vector('mixer.norm', inner)] : []),
    ...linear('mixer.out_proj', hidden, inner, outputBias),
  ];
}

/** The gated delta net of Qwen3-Next. */
export function gatedDeltaNetTensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const keys = integer(config, 'linear_num_key_heads') * integer(config, 'linear_key_head_dim');
  const heads = integer(config, 'linear_num_value_heads');
  const headDim = integer(config, 'linear_value_head_dim');
  const values = heads * headDim;
  return [
    ...linear('linear_attn.in_proj_qkvz', 2 * keys + 2 * values, hidden),
    ...linear('linear_attn.in_proj_ba', 2 * heads, hidden),
    ...convolution(2 * keys + values, integer(config, 'linear_conv_kernel_dim'), false),
    vector('linear_attn.dt_bias', heads),
    vector('linear_attn.A_log', heads),
    vector('linear_attn.norm', headDim),
    ...linear('linear_attn.out_proj', hidden, values),
  ];
}

/** The short convolution of LFM2. */
export function shortConvolutionTensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const bias = flag(config, 'conv_bias');
  return [
    ...linear('conv.in_proj', 3 * hidden, hidden, bias),
    ...convolution(hidden, integer(config, 'conv_L_cache'), bias),
    ...linear('conv.out_proj', hidden, hidden, bias),
  ];
}
