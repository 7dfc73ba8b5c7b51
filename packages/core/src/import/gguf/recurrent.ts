import type { Layer, RecurrentLayer } from '../../model/layer.js';
import type { Attention } from './attention.js';
import { queryHeads } from './attention.js';
import {
  flagsAt,
  type GgufKeys,
  integerAt,
  optionalIntegerAt,
  perLayerIntegersAt,
  wrongAt,
} from './metadata.js';

/**
 * Mamba 1: a convolution over `ssm.inner_size` channels and a state of `inner_size x state_size`.
 *
 * Source, here and below: ggml-org/llama.cpp v0.5.0, `src/llama-hparams.cpp` (`n_embd_r`, `n_embd_s`) and
 * `src/models/*.cpp` (`load_arch_hparams`).
 */
export function mambaAt(keys: GgufKeys): RecurrentLayer {
  const channels = integerAt(keys, 'ssm.inner_size');
  return {
    kind: 'recurrent',
    mechanism: 'mamba',
    ...convolution(channels, integerAt(keys, 'ssm.conv_kernel')),
    state: { shape: [channels, integerAt(keys, 'ssm.state_size')], dtype: 'fp32' },
  };
}

/** Mamba 2: a convolution over inner channels, B and C, and a state of `time_step_rank` heads. */
export function mamba2At(keys: GgufKeys): RecurrentLayer {
  const numHeads = integerAt(keys, 'ssm.time_step_rank');
  const stateSize = integerAt(keys, 'ssm.state_size');
  const numGroups = integerAt(keys, 'ssm.group_count', 0);
  const groupChannels = 2 * stateSize;
  const inner = integerAt(keys, 'ssm.inner_size');
  return {
    kind: 'recurrent',
    mechanism: 'mamba2',
    ...convolution(
      inner + numGroups * groupChannels,
      integerAt(keys, 'ssm.conv_kernel'),
      numGroups === 0 ? undefined : { numGroups, groupChannels },
    ),
    state: { shape: [numHeads, perHead(keys, inner, numHeads), stateSize], dtype: 'fp32' },
  };
}

/** A gated delta net: `group_count` key heads of `state_size`, `time_step_rank` value heads that fill `inner_size`. */
export function gatedDeltaNetAt(keys: GgufKeys): RecurrentLayer {
  const valueHeads = integerAt(keys, 'ssm.time_step_rank');
  const keyHeadDim = integerAt(keys, 'ssm.state_size');
  const inner = integerAt(keys, 'ssm.inner_size');
  return {
    kind: 'recurrent',
    mechanism: 'gated_delta_net',
    ...convolution(
      inner + 2 * integerAt(keys, 'ssm.group_count') * keyHeadDim,
      integerAt(keys, 'ssm.conv_kernel'),
    ),
    state: { shape: [valueHeads, keyHeadDim, perHead(keys, inner, valueHeads)], dtype: 'fp32' },
  };
}

/** Kimi delta attention: as many heads as the first layer has query heads, of `kda.head_dim`. */
export function kimiDeltaAt(attention: Attention): RecurrentLayer {
  const { keys } = attention;
  const heads = queryHeads(attention, 0);
  const headDim = integerAt(keys, 'kda.head_dim');
  const kernelSize = integerAt(keys, 'ssm.conv_kernel', 0);
  return {
    kind: 'recurrent',
    mechanism: 'kimi_delta_attention',
    ...convolution(3 * heads * headDim, kernelSize === 0 ? 4 : kernelSize),
    state: { shape: [heads, headDim, headDim], dtype: 'fp32' },
  };
}

/** Lightning attention (MiniMax-01): a state of `key_length` squared for each head, in the dtype of activations. */
export function lightningAt(attention: Attention, headDim: number): RecurrentLayer {
  return {
    kind: 'recurrent',
    mechanism: 'lightning_attention',
    state: { shape: [queryHeads(attention, 0), headDim, headDim], dtype: 'model' },
  };
}

/** A short convolution (LFM2) over the embedding, of `shortconv.l_cache` inputs. */
export function shortConvolutionAt(keys: GgufKeys): RecurrentLayer {
  return {
    kind: 'recurrent',
    mechanism: 'short_convolution',
    ...convolution(integerAt(keys, 'embedding_length'), integerAt(keys, 'shortconv.l_cache')),
  };
}

/** RWKV 6 and 7: `token_shift_count` last inputs (2), and a square of `wkv.head_size` for each head. */
export function rwkvAt(keys: GgufKeys): RecurrentLayer {
  const embedding = integerAt(keys, 'embedding_length');
  const headSize = integerAt(keys, 'wkv.head_size');
  if (embedding % headSize !== 0) {
    throw wrongAt(keys, 'wkv.head_size', headSize, `a divisor of the embedding length ${embedding}`);
  }
  const shifts = optionalIntegerAt(keys, 'token_shift_count', 0) ?? 2;
  return {
    kind: 'recurrent',
    mechanism: 'rwkv',
    ...convolution(shifts * embedding, 2),
    state: { shape: [embedding / headSize, headSize, headSize], dtype: 'fp32' },
  };
}

/**
 * The layers of a hybrid: recurrent where `attention.recurrent_layers` says so, else all but the last of every
 * `full_attention_interval`.
 */
export function isRecurrentByInterval(
  { keys, layerCount, blockCount }: Attention,
  interval: number,
): (index: number) => boolean {
  const key = 'attention.recurrent_layers';
  const flags = flagsAt(keys, key, layerCount) ?? perLayerIntegersAt(keys, key, blockCount)?.map(Boolean);
  if (flags !== undefined) {
    return (index) => flags[index] === true;
  }
  const every = optionalIntegerAt(keys, 'full_attention_interval') ?? interval;
  return (index) => (index + 1) % every !== 0;
}

/** A layer for each of the main model's, by its index. */
export function layersOf(attention: Attention, layerAt: (index: number) => Layer): readonly Layer[] {
  return Array.from({ length: attention.layerCount }, (_, index) => layerAt(index));
}

function convolution(
  channels: number,
  kernelSize: number,
  groups?: { readonly numGroups: number; readonly groupChannels: number },
): Pick<RecurrentLayer, 'convolution'> {
  return channels === 0 ? {} : { convolution: { channels, kernelSize, ...(groups && { groups }) } };
}

function perHead(keys: GgufKeys, inner: number, heads: number): number {
  if (inner % heads !== 0) {
    throw wrongAt(
      keys,
      'ssm.time_step_rank',
      heads,
      `a number of heads that divides the ${inner} inner channels`,
    );
  }
  return inner / heads;
}
