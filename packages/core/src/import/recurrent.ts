import type { DtypeName } from '../model/dtype.js';
import type { Convolution, RecurrentLayer } from '../model/layer.js';
import { namedDtype } from './config-dtype.js';
import { type Config, integer, optionalInteger, optionalString, wrong } from './fields.js';

/**
 * Mamba 1: a convolution over `channels` and a state of `channels x stateSize`, kept in fp32 by the model's code.
 *
 * Source: arXiv:2312.00752; huggingface/transformers, `models/mamba/modeling_mamba.py` (`MambaMixer`), 5.23.0.
 *
 * @param heads of Zamba, which splits the channels; they are the state's first axis there.
 */
export function mambaLayer(
  sizes: { readonly channels: number; readonly kernelSize: number; readonly stateSize: number },
  heads?: number,
): RecurrentLayer {
  const { channels, kernelSize, stateSize } = sizes;
  const shape = heads === undefined ? [channels, stateSize] : [heads, channels / heads, stateSize];
  return {
    kind: 'recurrent',
    mechanism: 'mamba',
    convolution: { channels, kernelSize },
    state: { shape, dtype: 'fp32' },
  };
}

/** Sizes of a Mamba 2 layer. */
export interface Mamba2Sizes {
  readonly numHeads: number;
  readonly headDim: number;
  readonly numGroups: number;
  readonly stateSize: number;
  readonly kernelSize: number;
}

/**
 * Mamba 2: a convolution over the inner channels and over B and C of each group, and a state of
 * `heads x headDim x stateSize`.
 *
 * Source: arXiv:2405.21060; huggingface/transformers, `models/mamba2/modeling_mamba2.py` (`Mamba2Mixer`: `conv_dim`),
 * 5.23.0.
 */
export function mamba2Layer(sizes: Mamba2Sizes, config: Config): RecurrentLayer {
  const { numHeads, headDim, numGroups, stateSize, kernelSize } = sizes;
  const groups = { numGroups, groupChannels: 2 * stateSize };
  const chunkSize = optionalInteger(config, 'mamba_chunk_size') ?? optionalInteger(config, 'chunk_size');
  return {
    kind: 'recurrent',
    mechanism: 'mamba2',
    convolution: { channels: numHeads * headDim + numGroups * groups.groupChannels, kernelSize, groups },
    state: { shape: [numHeads, headDim, stateSize], dtype: stateDtype(config) },
    ...(chunkSize === undefined ? {} : { chunkSize }),
  };
}

/**
 * A gated delta net: a convolution over queries, keys and values, and a state of
 * `value heads x keyHeadDim x valueHeadDim`.
 *
 * Source: arXiv:2412.06464; huggingface/transformers, `models/qwen3_next/modeling_qwen3_next.py`
 * (`Qwen3NextGatedDeltaNet`), 5.23.0.
 */
export function gatedDeltaNetLayer(config: Config): RecurrentLayer {
  const keyHeads = integer(config, 'linear_num_key_heads');
  const valueHeads = integer(config, 'linear_num_value_heads');
  const keyHeadDim = integer(config, 'linear_key_head_dim');
  const valueHeadDim = integer(config, 'linear_value_head_dim');
  const convolution: Convolution = {
    channels: 2 * keyHeads * keyHeadDim + valueHeads * valueHeadDim,
    kernelSize: integer(config, 'linear_conv_kernel_dim'),
  };
  return {
    kind: 'recurrent',
    mechanism: 'gated_delta_net',
    convolution,
    state: { shape: [valueHeads, keyHeadDim, valueHeadDim], dtype: stateDtype(config) },
  };
}

/**
 * Kimi delta attention: convolutions over queries, keys and values, and a state of `heads x headDim x headDim`.
 *
 * Source: arXiv:2510.26692; huggingface/transformers, `models/kimi_linear/modeling_kimi_linear.py`, 5.23.0.
 */
export function kimiDeltaLayer(
  numHeads: number,
  headDim: number,
  kernelSize: number,
  hasBoundedGate = false,
): RecurrentLayer {
  return {
    kind: 'recurrent',
    mechanism: 'kimi_delta_attention',
    convolution: { channels: 3 * numHeads * headDim, kernelSize },
    state: { shape: [numHeads, headDim, headDim], dtype: 'fp32' },
    ...(hasBoundedGate && { hasBoundedGate }),
  };
}

/** `mamba_ssm_dtype` or `mamba_ssm_cache_dtype`, where it is set; the models' own code keeps states in fp32. */
function stateDtype(config: Config): DtypeName {
  for (const key of ['mamba_ssm_dtype', 'mamba_ssm_cache_dtype']) {
    const name = optionalString(config, key);
    if (name !== undefined) {
      return namedDtype(name, key);
    }
  }
  return 'fp32';
}

/**
 * The product of two fields, which must be the product of two others: inner channels are `expand x hidden_size` and
 * `heads x headDim` at once.
 *
 * @throws InputError where they disagree.
 */
export function checkHeads(numHeads: number, headDim: number, channels: number, key: string): void {
  if (numHeads * headDim !== channels) {
    throw wrong(
      key,
      numHeads,
      `a number of heads that fills ${channels} inner channels with heads of ${headDim}`,
    );
  }
}

/** A field that is an integer, or `otherwise` where it is "auto" or not set. */
export function integerOrAuto(config: Config, key: string, otherwise: number): number {
  return config[key] === 'auto' ? otherwise : (optionalInteger(config, key) ?? otherwise);
}
