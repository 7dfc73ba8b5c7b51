import {
  contiguous,
  type ElementType,
  elements,
  F32,
  I32,
  isContiguous,
  type Operation,
  type Shape,
  shapeOf,
  type Tensor,
} from './tensor.js';

/**
 * ggml's operations: the shape and strides of what each gives.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml.c` (the functions of the same names).
 */

type Sources = readonly (Tensor | undefined)[];

function result(
  op: Operation,
  type: ElementType,
  ne: readonly number[],
  src: Sources,
  variant?: string,
): Tensor {
  const shape = shapeOf(ne);
  return {
    op,
    type,
    ne: shape,
    nb: contiguous(type, shape),
    src: src.filter((one) => one !== undefined),
    viewOffset: 0,
    isInput: false,
    isOutput: false,
    ...(variant !== undefined && { variant }),
  };
}

/** A tensor that is read, not made: an input of the graph where it has no home. */
export function leaf(type: ElementType, ne: readonly number[], home?: Tensor['home']): Tensor {
  return { ...result('none', type, ne, []), ...(home !== undefined && { home }) };
}

export function input(type: ElementType, ...ne: number[]): Tensor {
  const tensor = leaf(type, ne);
  tensor.isInput = true;
  return tensor;
}

function viewOf(
  op: Operation,
  a: Tensor,
  ne: readonly number[],
  nb: Shape | undefined,
  offset: number,
  src: Sources = [a],
): Tensor {
  const shape = shapeOf(ne);
  return {
    ...result(op, a.type, shape, src),
    nb: nb ?? contiguous(a.type, shape),
    viewSrc: a.viewSrc ?? a,
    viewOffset: a.viewOffset + offset,
  };
}

/** Strides that are not given follow from the others, as in `ggml_view_1d` to `ggml_view_4d`. */
export function view(a: Tensor, ne: readonly number[], nb: readonly number[] = [], offset = 0): Tensor {
  const shape = shapeOf(ne);
  if (ne.length === 1) {
    return viewOf('view', a, shape, undefined, offset);
  }
  const nb0 = contiguous(a.type, shape)[0];
  const nb1 = nb[0] ?? contiguous(a.type, shape)[1];
  const nb2 = nb[1] ?? nb1 * shape[1];
  const nb3 = nb[2] ?? nb2 * (ne.length === 2 ? 1 : shape[2]);
  return viewOf('view', a, shape, [nb0, nb1, nb2, nb3], offset);
}

export function reshape(a: Tensor, ...ne: number[]): Tensor {
  return viewOf('reshape', a, ne, undefined, 0);
}

export function permute(a: Tensor, ...axes: readonly [number, number, number, number]): Tensor {
  const ne = [0, 0, 0, 0];
  const nb: [number, number, number, number] = [0, 0, 0, 0];
  axes.forEach((to, from) => {
    ne[to] = a.ne[from] as number;
    nb[to] = a.nb[from] as number;
  });
  return viewOf('permute', a, ne, nb, 0);
}

export function transpose(a: Tensor): Tensor {
  return viewOf(
    'transpose',
    a,
    [a.ne[1], a.ne[0], a.ne[2], a.ne[3]],
    [a.nb[1], a.nb[0], a.nb[2], a.nb[3]],
    0,
  );
}

/** A view that writes rows of `b` at `rows` into `a`. */
export function setRows(a: Tensor, b: Tensor, rows: Tensor): Tensor {
  return viewOf('setRows', a, a.ne, a.nb, 0, [b, rows, a]);
}

/** Writes `a` into the memory of `b`. */
export function cpy(a: Tensor, b: Tensor): Tensor {
  return viewOf('cpy', b, b.ne, b.nb, 0, [a, b]);
}

export function cont(a: Tensor, ...ne: number[]): Tensor {
  return result('cont', a.type, ne.length === 0 ? a.ne : ne, [a]);
}

/** A copy in another type: `ggml_cast`. */
export function cast(a: Tensor, type: ElementType): Tensor {
  return result('cpy', type, a.ne, [a]);
}

/** Operations that give what has the shape of their first operand. */
const like =
  (op: Operation) =>
  (a: Tensor, ...others: (Tensor | undefined)[]): Tensor =>
    result(op, a.type, a.ne, [a, ...others]);

export const add = like('add');
export const addId = like('addId');
export const clamp = like('clamp');
export const div = like('div');
export const fill = like('fill');
export const l2Norm = like('l2Norm');
export const groupNorm = like('groupNorm');
export const mul = like('mul');
export const norm = like('norm');
export const rmsNorm = like('rmsNorm');
export const rope = like('rope');
export const scale = like('scale');
export const softMax = like('softMax');
export const sqr = like('sqr');
export const sqrt = like('sqrt');
export const sub = like('sub');
export const cumsum = like('cumsum');
export const tri = like('tri');

/** A view that scales what it views: `ggml_scale_inplace`. */
export function scaleInPlace(a: Tensor): Tensor {
  return viewOf('scale', a, a.ne, a.nb, 0);
}

export function unary(a: Tensor, variant: string): Tensor {
  return result('unary', a.type, a.ne, [a], variant);
}

/** A gated activation of two tensors, or of the halves of one. */
export function glu(a: Tensor, b?: Tensor): Tensor {
  return result('glu', a.type, b === undefined ? [a.ne[0] / 2, ...a.ne.slice(1)] : a.ne, [a, b]);
}

export function mulMat(a: Tensor, b: Tensor): Tensor {
  return result('mulMat', F32, [a.ne[1], b.ne[1], b.ne[2], b.ne[3]], [a, b]);
}

export function mulMatId(experts: Tensor, b: Tensor, ids: Tensor): Tensor {
  return result('mulMatId', F32, [experts.ne[1], ids.ne[0], b.ne[2], 1], [experts, b, ids]);
}

export function getRows(a: Tensor, rows: Tensor): Tensor {
  return result(
    'getRows',
    a.type.name === I32.name ? I32 : F32,
    [a.ne[0], ...rows.ne.slice(0, 3)],
    [a, rows],
  );
}

export function argsort(a: Tensor): Tensor {
  return result('argsort', I32, a.ne, [a]);
}

/** The places of the `k` largest of each row: `ggml_argsort_top_k`. */
export function argsortTopK(a: Tensor, k: number): Tensor {
  const sorted = argsort(a);
  return view(sorted, [k, ...sorted.ne.slice(1)], sorted.nb.slice(1));
}

export function sumRows(a: Tensor): Tensor {
  return result('sumRows', a.type, [1, ...a.ne.slice(1)], [a]);
}

export function repeat(a: Tensor, ...ne: number[]): Tensor {
  return result('repeat', a.type, ne, [a]);
}

export function pad(a: Tensor, ...by: number[]): Tensor {
  return result(
    'pad',
    a.type,
    a.ne.map((size, axis) => size + (by[axis] ?? 0)),
    [a],
  );
}

export function concat(a: Tensor, b: Tensor, along: number): Tensor {
  return result(
    'concat',
    a.type,
    a.ne.map((size, axis) => (axis === along ? size + (b.ne[axis] as number) : size)),
    [a, b],
  );
}

export function flashAttention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, sinks?: Tensor): Tensor {
  return result('flashAttention', F32, [v.ne[0], q.ne[2], q.ne[1], q.ne[3]], [q, k, v, mask, sinks]);
}

/** An operation of its own shape: convolutions, scans, delta nets. */
export function operation(op: Operation, ne: readonly number[], ...src: Tensor[]): Tensor {
  return result(op, F32, ne, src);
}

/** The product with a Hadamard matrix, by which quantized caches are rotated: `llama_mul_mat_hadamard`. */
export function rotate(a: Tensor, rotation: Tensor): Tensor {
  const [n] = rotation.ne;
  const rows = isContiguous(a) ? reshape(a, n, elements(a) / n) : cont(a, n, elements(a) / n);
  return reshape(mulMat(rotation, rows), ...a.ne);
}
