import { expand, type Graph } from './graph.js';
import * as ggml from './operations.js';
import { type ElementType, F16, F32, I32, I64, type Tensor } from './tensor.js';

/** What one block of the model is made of, as the file's metadata say. */
export interface Block {
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly keyHeadDim: number;
  readonly valueHeadDim: number;
  /** Whether it attends to a window, and has the cache of those that do. */
  readonly isSliding: boolean;
  /** Whether it has keys and values of its own. */
  readonly hasCache: boolean;
  /** The block whose cache it reads, where it has none. */
  readonly sharesWith?: number;
  /** Width of its feed-forward layer; 0 where it has experts alone. */
  readonly intermediateSize: number;
  readonly experts?: Experts;
  /** What it attends to latents with, instead of keys and values. */
  readonly latent?: Latent;
  /** The gated delta net that it has instead of attention. */
  readonly deltaNet?: DeltaNet;
}

/** What a latent expands to, and the queries' own. */
export interface Latent {
  readonly kvLoraRank: number;
  readonly qkRopeHeadDim: number;
  readonly qkNopeHeadDim: number;
  readonly vHeadDim: number;
  /** Undefined where queries have no latent. */
  readonly qLoraRank: number | undefined;
}

/** Heads of a gated delta net, and the convolution before it. */
export interface DeltaNet {
  readonly keyHeads: number;
  readonly valueHeads: number;
  readonly headDim: number;
  readonly kernelSize: number;
}

export interface Experts {
  readonly count: number;
  readonly used: number;
  readonly intermediateSize: number;
  /** Width of the experts that every token visits; 0 without. */
  readonly sharedIntermediateSize: number;
  /** Groups of experts of which some are chosen first; 1 without. */
  readonly groups: number;
  readonly usedGroups: number;
}

/** One of the caches: cells of a stream and how many streams. */
export interface CacheShape {
  readonly cells: number;
  readonly streams: number;
}

/** What a step is reserved for. */
export interface Step {
  readonly tokens: number;
  readonly sequences: number;
  readonly outputs: number;
  readonly flashAttention: boolean;
  readonly keyType: ElementType;
  readonly valueType: ElementType;
  readonly full: CacheShape;
  readonly sliding: CacheShape;
}

/** Where weights and caches lie, by backend. */
export interface Homes {
  /** By the tensor's name in the file. */
  readonly weight: (name: string) => number;
  readonly cache: (block: number) => number;
  /** The device that a block's norms are asked to run on; undefined where they follow their operands. */
  readonly norm: (block: number) => number | undefined;
}

/** A graph that is being built. */
export interface Build {
  readonly graph: Graph;
  readonly hiddenSize: number;
  readonly vocabSize: number;
  /** Width of the embeddings that each block has of its own; 0 without. */
  readonly perLayerSize: number;
  readonly blocks: readonly Block[];
  /** The blocks that are laid out, by their numbers: the others only repeat them. */
  readonly laidOut: readonly number[];
  readonly step: Step;
  readonly homes: Homes;
  /** The type of a weight by its name, and whether the file has it, where that is known. */
  readonly typeOf: (name: string) => ElementType | undefined;
  /** Weights that several blocks read, by name and backend. */
  readonly shared: Map<string, Tensor>;
  /** Whether the file has a tensor; what the architecture usually has where the file's tensors are not known. */
  readonly has: (name: string, usually: boolean) => boolean;
}

export function weight({ homes, typeOf }: Build, name: string, ...ne: number[]): Tensor {
  return ggml.leaf(typeOf(name) ?? F32, ne, { kind: 'weight', backend: homes.weight(name) });
}

/** A weight of the file that each block reads, with a copy on each backend that holds one. */
export function sharedWeight(build: Build, block: number, name: string, ...ne: number[]): Tensor {
  const backend = build.homes.weight(`blk.${block}.${name}`);
  const key = `${name} on ${backend}`;
  const made = build.shared.get(key) ?? ggml.leaf(build.typeOf(name) ?? F32, ne, { kind: 'weight', backend });
  build.shared.set(key, made);
  return made;
}

export function blockWeight(build: Build, block: number, name: string, ...ne: number[]): Tensor {
  return weight(build, `blk.${block}.${name}`, ...ne);
}

/** Normalization, its weight and its bias: `build_norm`. */
export function normalize(
  build: Build,
  x: Tensor,
  name: string,
  block: number | undefined,
  { kind = 'rms', bias = false, weights = x.ne[0], isUnasked = false }: NormOptions = {},
): Tensor {
  const path = block === undefined ? name : `blk.${block}.${name}`;
  const normed = kind === 'rms' ? ggml.rmsNorm(x) : ggml.norm(x);
  if (block !== undefined && !isUnasked) {
    const wanted = build.homes.norm(block);
    if (wanted !== undefined) {
      normed.wanted = wanted;
    }
  }
  const scaled = ggml.mul(normed, weight(build, `${path}.weight`, weights));
  return build.has(`${path}.bias`, bias) ? ggml.add(scaled, weight(build, `${path}.bias`, weights)) : scaled;
}

export interface NormOptions {
  readonly kind?: 'rms' | 'layer';
  readonly bias?: boolean;
  /** Elements of the weight where they are not those of a row. */
  readonly weights?: number;
  /** No device is asked for, though it belongs to a block. */
  readonly isUnasked?: boolean;
}

/** A product with a weight, and its bias where the file has one, or the architecture usually. */
export function linear(
  build: Build,
  x: Tensor,
  block: number,
  name: string,
  out: number,
  bias = false,
): Tensor {
  const product = ggml.mulMat(blockWeight(build, block, `${name}.weight`, x.ne[0], out), x);
  return build.has(`blk.${block}.${name}.bias`, bias)
    ? ggml.add(product, blockWeight(build, block, `${name}.bias`, out))
    : product;
}

/** The embeddings of a step's tokens, or those that are given instead: `build_inp_embd`. */
export function inputEmbeddings(build: Build): Tensor {
  const { graph, hiddenSize, vocabSize, step } = build;
  const tokens = ggml.input(I32, step.tokens);
  const given = ggml.input(F32, hiddenSize, step.tokens);
  const embedded = ggml.getRows(weight(build, 'token_embd.weight', hiddenSize, vocabSize), tokens);
  expand(graph, embedded);
  expand(graph, given);
  return embedded;
}

/** What all attention layers of one cache read. */
export interface AttentionInputs {
  readonly cache: CacheShape;
  readonly keyRows: Tensor;
  readonly valueRows: Tensor;
  readonly mask: Tensor;
  readonly keyRotation: Tensor | undefined;
  readonly valueRotation: Tensor | undefined;
}

/** `build_attn_inp_kv_impl`; the rows of transposed values are single elements. */
export function attentionInputs({ blocks, step }: Build, isSliding: boolean): AttentionInputs {
  const { tokens, flashAttention, keyType, valueType } = step;
  const cache = isSliding ? step.sliding : step.full;
  const own = blocks.filter((block) => block.hasCache && block.isSliding === isSliding);
  const widestValues = Math.max(0, ...blocks.map((block) => block.valueHeadDim * block.numKeyValueHeads));
  return {
    cache,
    keyRows: ggml.input(I64, tokens),
    valueRows: ggml.input(I64, flashAttention ? tokens : tokens * widestValues),
    mask: ggml.input(flashAttention ? F16 : F32, cache.cells, tokens / cache.streams, 1, cache.streams),
    keyRotation: rotation(
      keyType,
      own.map(({ keyHeadDim }) => keyHeadDim),
      Number.POSITIVE_INFINITY,
    ),
    valueRotation: rotation(
      valueType,
      own.map(({ valueHeadDim }) => valueHeadDim),
      64,
    ),
  };
}

/**
 * The matrix by which a quantized cache is rotated where all heads have the same whole multiple of 64 elements: its rows
 * are the largest power of two that divides them, at most `limit`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-kv-cache.cpp` (`attn_rot_k`, `build_input_k_rot`, `build_input_v_rot`).
 */
function rotation(type: ElementType, dims: readonly number[], limit: number): Tensor | undefined {
  const [dim] = dims;
  if (type.blockSize === 1 || dim === undefined || dim % 64 !== 0 || dims.some((other) => other !== dim)) {
    return undefined;
  }
  let size = 64;
  while (size < limit && dim % (2 * size) === 0) {
    size *= 2;
  }
  return ggml.input(F32, size, size);
}
