import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';
import type { DtypeName } from './dtype.js';

/** Keys and values of one token in one attention layer: `numKeyValueHeads x (keyHeadDim + valueHeadDim)` elements. */
export interface KeyValueHeads {
  readonly numKeyValueHeads: number;
  readonly keyHeadDim: number;
  readonly valueHeadDim: number;
}

/** Remembers keys and values of every token. MHA, MQA and GQA differ only in `numKeyValueHeads`. */
export interface FullLayer extends KeyValueHeads {
  readonly kind: 'full';
  /** The key cache of a sparse-attention indexer (MiniMax M3), one head. */
  readonly indexer?: { readonly indexHeadDim: number };
}

/** Remembers keys and values of the last `slidingWindow` tokens. */
export interface SlidingLayer extends KeyValueHeads {
  readonly kind: 'sliding';
  readonly slidingWindow: number;
}

/** Attends within chunks of `attentionChunkSize` tokens (Llama 4), so it remembers one chunk at most. */
export interface ChunkedLayer extends KeyValueHeads {
  readonly kind: 'chunked';
  readonly attentionChunkSize: number;
}

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1): every token is remembered as one
 * vector of `kvLoraRank + qkRopeHeadDim` elements, shared by all heads.
 */
export interface LatentLayer {
  readonly kind: 'latent';
  readonly kvLoraRank: number;
  /** Size of the rotary key that is stored beside the latent; 0 where there is none. */
  readonly qkRopeHeadDim: number;
  /** Only the last `slidingWindow` tokens are remembered, where it is set (DeepSeek-V4). */
  readonly slidingWindow?: number;
  /** What the latent expands to, for engines that cache expanded heads. */
  readonly expanded?: LatentExpansion;
  /** The key cache of a sparse-attention indexer (DeepSeek-V3.2), one head. */
  readonly indexer?: { readonly indexHeadDim: number };
}

/** Per head, keys have `qkNopeHeadDim + qkRopeHeadDim` elements and values `vHeadDim`. */
export interface LatentExpansion {
  readonly numAttentionHeads: number;
  readonly qkNopeHeadDim: number;
  readonly vHeadDim: number;
}

/**
 * Remembers one entry of `headDim` elements, key and value in one, for every `compressRatio` whole tokens, beside the
 * recent tokens that a sliding part of the same layer keeps (DeepSeek-V4).
 */
export interface CompressedLayer {
  readonly kind: 'compressed';
  readonly compressRatio: number;
  readonly headDim: number;
  /** A sparse-attention indexer's keys, one for each entry. */
  readonly indexer?: { readonly indexHeadDim: number };
}

/** How a recurrent layer works, as far as engines store some kinds in another way than others. */
export type RecurrentMechanism =
  | 'mamba'
  | 'mamba2'
  | 'gated_delta_net'
  | 'kimi_delta_attention'
  | 'short_convolution'
  | 'lightning_attention'
  | 'linear_attention'
  | 'rwkv'
  | 'rg_lru';

/**
 * A layer whose memory of the past has a fixed size for each sequence. It remembers the last inputs of a causal
 * convolution (or of RWKV's token shift, a kernel of 2), a recurrent state, or both.
 */
export interface RecurrentLayer {
  readonly kind: 'recurrent';
  readonly mechanism: RecurrentMechanism;
  readonly convolution?: Convolution;
  /** `shape` as in the model's code, heads or channels first: the axis that tensor-parallel ranks split. */
  readonly state?: { readonly shape: readonly number[]; readonly dtype: DtypeName | 'model' };
  /** Tokens that kernels of Mamba 2 compute at once. */
  readonly chunkSize?: number;
  /** Kimi delta attention whose gate has a lower bound (`gate_lower_bound`), for which engines have other kernels. */
  readonly hasBoundedGate?: boolean;
}

/** A causal convolution over `kernelSize` inputs keeps the last `kernelSize - 1` of each channel. */
export interface Convolution {
  /** All channels, those of the groups included. */
  readonly channels: number;
  readonly kernelSize: number;
  /** The model's where it is not set. */
  readonly dtype?: DtypeName;
  /** Mamba 2's B and C: each of `numGroups` groups has `groupChannels` of the channels (2 x the state size). */
  readonly groups?: { readonly numGroups: number; readonly groupChannels: number };
}

/** Remembers keys and values of an encoder's output or an image: `encoderTokens` of them, whatever the context. */
export interface CrossLayer extends KeyValueHeads {
  readonly kind: 'cross';
  readonly encoderTokens: number;
}

/** Reads the cache of the layer with index `sharesWith` and stores nothing. */
export interface SharedLayer {
  readonly kind: 'shared';
  readonly sharesWith: number;
}

/** Stores nothing: a feed-forward layer, or attention that was pruned away. */
export interface NoneLayer {
  readonly kind: 'none';
}

/** One thing that a layer remembers. */
export type Memory =
  | FullLayer
  | SlidingLayer
  | ChunkedLayer
  | LatentLayer
  | CompressedLayer
  | RecurrentLayer
  | CrossLayer
  | SharedLayer
  | NoneLayer;

/** A layer that remembers several things, such as attention and Mamba side by side (Falcon-H1), or self and cross attention. */
export interface CompositeLayer {
  readonly kind: 'composite';
  readonly parts: readonly Memory[];
}

/** What a layer of a model remembers. */
export type Layer = Memory | CompositeLayer;

/** The things that a layer remembers, one or several. */
export function memoriesOf(layer: Layer): readonly Memory[] {
  return layer.kind === 'composite' ? layer.parts : [layer];
}

/**
 * The layer, if all its sizes make sense.
 *
 * @param index its place in the model, for the message.
 * @throws InputError naming the layer and the size that is wrong.
 */
export function checkLayer(layer: Layer, index: number): void {
  for (const memory of memoriesOf(layer)) {
    for (const [name, size] of sizesOf(memory)) {
      checkInteger(size, `Layer ${index}: ${name}`, OPTIONAL_SIZES.has(name) ? 0 : 1);
    }
    if (memory.kind === 'shared' && memory.sharesWith >= index) {
      throw new InputError(
        `Layer ${index}: sharesWith is ${memory.sharesWith}; a layer can only share the cache of an earlier one.`,
      );
    }
  }
}

const OPTIONAL_SIZES: ReadonlySet<string> = new Set(['qkRopeHeadDim', 'sharesWith', 'encoderTokens']);

function sizesOf(memory: Memory): readonly (readonly [string, number])[] {
  switch (memory.kind) {
    case 'full': {
      const { kind: _, indexer, ...heads } = memory;
      return [...Object.entries(heads), ...Object.entries(indexer ?? {})];
    }
    case 'sliding':
    case 'chunked':
    case 'cross':
    case 'shared':
      return Object.entries(memory).filter((entry): entry is [string, number] => entry[0] !== 'kind');
    case 'latent':
      return [
        ['kvLoraRank', memory.kvLoraRank],
        ['qkRopeHeadDim', memory.qkRopeHeadDim],
        ...(memory.slidingWindow === undefined ? [] : [['slidingWindow', memory.slidingWindow] as const]),
        ...Object.entries(memory.expanded ?? {}),
        ...Object.entries(memory.indexer ?? {}),
      ];
    case 'compressed':
      return [
        ['compressRatio', memory.compressRatio],
        ['headDim', memory.headDim],
        ...Object.entries(memory.indexer ?? {}),
      ];
    case 'recurrent': {
      const { groups, dtype: _, ...convolution } = memory.convolution ?? {};
      return [
        ...Object.entries(convolution),
        ...Object.entries(groups ?? {}),
        ...(memory.chunkSize === undefined ? [] : [['chunkSize', memory.chunkSize] as const]),
        ...(memory.state?.shape ?? []).map((size, axis) => [`state axis ${axis}`, size] as const),
      ];
    }
    case 'none':
      return [];
  }
}

/** The widest key head of layers that keep keys; undefined where none does. */
export function keyHeadDimOf(layers: readonly Layer[]): number | undefined {
  const dims = layers
    .flatMap(memoriesOf)
    .flatMap((memory) => ('keyHeadDim' in memory && memory.keyHeadDim > 0 ? [memory.keyHeadDim] : []));
  return dims.length === 0 ? undefined : dims.reduce((most, dim) => Math.max(most, dim));
}
