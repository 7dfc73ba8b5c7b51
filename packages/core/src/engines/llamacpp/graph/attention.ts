import { type AttentionInputs, type Block, type Build, linear } from './build.js';
import { expand } from './graph.js';
import * as ggml from './operations.js';
import { contiguous, elements, F16, F32, type Tensor } from './tensor.js';

/** Queries, keys and values of a block; a block without a cache of its own has queries only. */
export interface Projected {
  readonly q: Tensor;
  readonly k?: Tensor | undefined;
  readonly v?: Tensor | undefined;
}

export interface AttentionOptions {
  readonly sinks?: Tensor;
  /** `tanh` limits the scores. */
  readonly isCapped?: boolean;
  /** Whose keys and values are read; those of the block itself where it has a cache. */
  readonly cacheOf?: number;
  /** Added to the scores; without flash attention then. */
  readonly scoreBias?: Tensor;
}

/**
 * Stores keys and values in the cache and attends: `build_attn` with its caches, before the output's projection.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-graph.cpp` (`build_attn`, `build_attn_mha`), `src/llama-kv-cache.cpp`
 * (`cpy_k`, `cpy_v`, `get_k`, `get_v`).
 *
 * @param order in which the three are computed: that of the cache without windows puts keys last.
 */
export function attend(
  build: Build,
  block: number,
  { q, k, v }: Projected,
  inputs: AttentionInputs,
  order: 'keys last' | 'values last',
  options: AttentionOptions = {},
): Tensor {
  const { graph } = build;
  const turned = {
    q: turn(q, inputs.keyRotation),
    k: k && turn(k, inputs.keyRotation),
    v: v && turn(v, inputs.valueRotation),
  };
  const projected = order === 'keys last' ? [turned.q, turned.v, turned.k] : [turned.q, turned.k, turned.v];
  for (const tensor of projected) {
    if (tensor !== undefined) {
      expand(graph, tensor);
    }
  }
  const owner = options.cacheOf ?? block;
  const cache = cacheOf(build, owner, inputs);
  if (turned.k !== undefined) {
    expand(graph, storeKeys(turned.k, cache.keys, inputs));
  }
  if (turned.v !== undefined) {
    expand(graph, storeValues(build, turned.v, cache.values, inputs));
  }
  const attended = mix(
    build,
    turned.q,
    readKeys(build, owner, cache.keys, inputs),
    readValues(build, owner, cache.values, inputs),
    inputs.mask,
    options,
  );
  return inputs.valueRotation === undefined ? attended : ggml.rotate(attended, inputs.valueRotation);
}

function turn(tensor: Tensor, rotation: Tensor | undefined): Tensor {
  return rotation === undefined ? tensor : ggml.rotate(tensor, rotation);
}

/** The cache of a block, keys and values. */
function cacheOf({ blocks, step, homes }: Build, block: number, { cache }: AttentionInputs) {
  const { numKeyValueHeads, keyHeadDim, valueHeadDim } = blocks[block] as Block;
  const home = { kind: 'cache', backend: homes.cache(block) } as const;
  const widest = Math.max(
    ...blocks.map((one) => (one.hasCache ? one.numKeyValueHeads * one.valueHeadDim : 0)),
  );
  const valueWidth = step.flashAttention ? numKeyValueHeads * valueHeadDim : widest;
  return {
    keys: ggml.leaf(step.keyType, [numKeyValueHeads * keyHeadDim, cache.cells, cache.streams], home),
    values: ggml.leaf(step.valueType, [valueWidth, cache.cells, cache.streams], home),
  };
}

function merged(x: Tensor): Tensor {
  return ggml.view(x, [x.ne[0] * x.ne[1], x.ne[2]], [x.nb[2]]);
}

function flat(cache: Tensor): Tensor {
  return cache.ne[2] > 1 ? ggml.reshape(cache, cache.ne[0], cache.ne[1] * cache.ne[2]) : cache;
}

function storeKeys(k: Tensor, cache: Tensor, { keyRows }: AttentionInputs): Tensor {
  const row = merged(k);
  return ggml.setRows(flat(cache), row, keyRows);
}

function storeValues({ step }: Build, v: Tensor, cache: Tensor, { valueRows }: AttentionInputs): Tensor {
  if (step.flashAttention) {
    return ggml.setRows(flat(cache), merged(v), valueRows);
  }
  const width = v.ne[0] * v.ne[1];
  const rows =
    v.nb[2] === contiguous(v.type, [width, 1, 1, 1])[1]
      ? ggml.reshape(v, width, v.ne[2])
      : ggml.cont(v, width, v.ne[2]);
  const padded = width < cache.ne[0] ? ggml.pad(rows, cache.ne[0] - width) : rows;
  const target = ggml.reshape(cache, 1, elements(cache));
  return ggml.setRows(target, ggml.reshape(padded, 1, elements(padded)), valueRows);
}

function readKeys(
  { blocks }: Build,
  block: number,
  cache: Tensor,
  { cache: shape }: AttentionInputs,
): Tensor {
  const { keyHeadDim, numKeyValueHeads } = blocks[block] as Block;
  const row = (width: number) => contiguous(cache.type, [width, 1, 1, 1])[1];
  return ggml.view(
    cache,
    [keyHeadDim, numKeyValueHeads, shape.cells, shape.streams],
    [row(keyHeadDim), row(cache.ne[0]), row(cache.ne[0] * shape.cells)],
  );
}

function readValues(
  { blocks, step }: Build,
  block: number,
  cache: Tensor,
  { cache: shape }: AttentionInputs,
): Tensor {
  const { valueHeadDim, numKeyValueHeads } = blocks[block] as Block;
  const { cells, streams } = shape;
  const row = (width: number) => contiguous(cache.type, [width, 1, 1, 1])[1];
  return step.flashAttention
    ? ggml.view(
        cache,
        [valueHeadDim, numKeyValueHeads, cells, streams],
        [row(valueHeadDim), row(cache.ne[0]), row(cache.ne[0] * cells)],
      )
    : ggml.view(
        cache,
        [cells, numKeyValueHeads, valueHeadDim, streams],
        [row(cells * valueHeadDim), row(cells), row(cells * cache.ne[0])],
      );
}

/** Scores, their softmax, and the sum of values: `build_attn_mha`. */
export function mix(
  { graph, step }: Build,
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  mask: Tensor,
  { sinks, isCapped = false, scoreBias }: AttentionOptions,
  expandValues?: Tensor,
): Tensor {
  const areTransposed = values.nb[1] > values.nb[2];
  const [, , , streams] = keys.ne;
  const { ne, nb } = queries;
  const q = ggml.permute(
    ggml.view(queries, [ne[0], ne[1], ne[2] / streams, streams], [nb[1], nb[2], nb[3] / streams]),
    0,
    2,
    1,
    3,
  );
  const k = ggml.permute(keys, 0, 2, 1, 3);
  const v = ggml.permute(values, 0, 2, 1, 3);
  let out: Tensor;
  if (step.flashAttention && scoreBias === undefined) {
    const halved = (x: Tensor) => (x.type.name === F32.name ? ggml.cast(x, F16) : x);
    out = ggml.flashAttention(q, halved(k), halved(areTransposed ? ggml.transpose(v) : v), mask, sinks);
    if (expandValues !== undefined) {
      out = ggml.mulMat(expandValues, ggml.permute(out, 0, 2, 1, 3));
      out = ggml.cont(ggml.permute(out, 0, 2, 1, 3));
    }
    out = ggml.reshape(out, out.ne[0] * out.ne[1], out.ne[2] * out.ne[3]);
  } else {
    let scores = ggml.mulMat(k, q);
    if (isCapped) {
      scores = ggml.scale(ggml.unary(ggml.scale(scores), 'tanh'));
    }
    if (scoreBias !== undefined) {
      scores = ggml.add(scores, scoreBias);
    }
    scores = ggml.softMax(scores, mask, sinks);
    out = ggml.mulMat(areTransposed ? v : ggml.cont(ggml.transpose(v)), scores);
    if (expandValues !== undefined) {
      out = ggml.mulMat(expandValues, out);
    }
    out = ggml.permute(out, 0, 2, 1, 3);
    out = ggml.cont(out, out.ne[0] * out.ne[1], out.ne[2] * out.ne[3]);
  }
  expand(graph, out);
  return out;
}

export interface QkvOptions {
  readonly bias: boolean;
  /** Whether one matrix gives all three. */
  readonly isFused: boolean;
  readonly isClamped?: boolean;
}

/** Queries, keys and values by heads: `build_qkv`. */
export function project(
  build: Build,
  x: Tensor,
  block: number,
  { bias, isFused, isClamped = false }: QkvOptions,
): Required<Projected> & { k: Tensor; v: Tensor } {
  const { numAttentionHeads, numKeyValueHeads, keyHeadDim, valueHeadDim } = build.blocks[block] as Block;
  const tokens = x.ne[1];
  const widths = [
    numAttentionHeads * keyHeadDim,
    numKeyValueHeads * keyHeadDim,
    numKeyValueHeads * valueHeadDim,
  ] as const;
  const clamp = (tensor: Tensor) => (isClamped ? ggml.clamp(tensor) : tensor);
  if (build.has(`blk.${block}.attn_qkv.weight`, isFused)) {
    const qkv = clamp(linear(build, x, block, 'attn_qkv', widths[0] + widths[1] + widths[2], bias));
    const part = (heads: number, dim: number, from: number) =>
      ggml.view(qkv, [dim, heads, tokens], [dim * F32.blockBytes, qkv.nb[1]], from * F32.blockBytes);
    return {
      q: part(numAttentionHeads, keyHeadDim, 0),
      k: part(numKeyValueHeads, keyHeadDim, widths[0]),
      v: part(numKeyValueHeads, valueHeadDim, widths[0] + widths[1]),
    };
  }
  const q = clamp(linear(build, x, block, 'attn_q', widths[0], bias));
  const k = clamp(linear(build, x, block, 'attn_k', widths[1], bias));
  const v = clamp(linear(build, x, block, 'attn_v', widths[2], bias));
  return {
    q: ggml.reshape(q, keyHeadDim, numAttentionHeads, tokens),
    k: ggml.reshape(k, keyHeadDim, numKeyValueHeads, tokens),
    v: ggml.reshape(v, valueHeadDim, numKeyValueHeads, tokens),
  };
}
