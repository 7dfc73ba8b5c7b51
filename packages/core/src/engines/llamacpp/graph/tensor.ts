import { roundUp } from '../../../text/exact.js';

/**
 * Tensors of a ggml graph as far as planning its memory goes: shapes, strides, what they are made from and where they
 * lie. Nothing is computed.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml.c`.
 */

/** A type of elements: `blockSize` of them take `blockBytes`. */
export interface ElementType {
  readonly name: string;
  readonly blockSize: number;
  readonly blockBytes: number;
}

export type Shape = readonly [number, number, number, number];

export const F32: ElementType = { name: 'fp32', blockSize: 1, blockBytes: 4 };
export const F16: ElementType = { name: 'fp16', blockSize: 1, blockBytes: 2 };
export const I32: ElementType = { name: 'int32', blockSize: 1, blockBytes: 4 };
export const I64: ElementType = { name: 'int64', blockSize: 1, blockBytes: 8 };

/** Operations that change no memory of their own: `ggml_is_view_op`. */
export type ViewOperation = 'view' | 'reshape' | 'permute' | 'transpose';

export type Operation =
  | 'none'
  | ViewOperation
  | 'add'
  | 'addId'
  | 'argsort'
  | 'clamp'
  | 'concat'
  | 'cont'
  | 'conv'
  | 'cpy'
  | 'cumsum'
  | 'deltaNet'
  | 'div'
  | 'fill'
  | 'flashAttention'
  | 'getRows'
  | 'glu'
  | 'groupNorm'
  | 'l2Norm'
  | 'mul'
  | 'mulMat'
  | 'mulMatId'
  | 'norm'
  | 'pad'
  | 'repeat'
  | 'rmsNorm'
  | 'rope'
  | 'scale'
  | 'scan'
  | 'setRows'
  | 'softMax'
  | 'sqr'
  | 'sqrt'
  | 'sub'
  | 'sumRows'
  | 'tri'
  | 'unary';

/** A tensor that lies in a buffer which exists before the graph does. */
export interface Home {
  readonly kind: 'weight' | 'cache';
  /** The backend that holds it, by its place in the scheduler's order; the host is the last. */
  readonly backend: number;
}

export interface Tensor {
  readonly op: Operation;
  readonly type: ElementType;
  readonly ne: Shape;
  /** Bytes from one element, row, matrix and so on to the next. */
  readonly nb: Shape;
  /** The scheduler puts copies in the place of what lies elsewhere. */
  src: readonly Tensor[];
  readonly viewSrc?: Tensor;
  readonly viewOffset: number;
  readonly home?: Home;
  /** Which function an operation is, where rules ask: `sigmoid`. */
  readonly variant?: string;
  /** Given before the graph runs, so it is allocated first. */
  isInput: boolean;
  /** Read after the graph ran, so it is never freed. */
  isOutput: boolean;
  /** The backend that the model's code asks for. */
  wanted?: number;
}

export function contiguous(type: ElementType, ne: Shape): Shape {
  const row = (type.blockBytes * roundUp(ne[0], type.blockSize)) / type.blockSize;
  return [type.blockBytes, row, row * ne[1], row * ne[1] * ne[2]];
}

export function shapeOf(ne: readonly number[]): Shape {
  return [ne[0] ?? 1, ne[1] ?? 1, ne[2] ?? 1, ne[3] ?? 1];
}

export function elements({ ne }: Tensor): number {
  return ne[0] * ne[1] * ne[2] * ne[3];
}

/** Bytes from the first element to the end of the last: `ggml_nbytes`. */
export function nbytes({ type, ne, nb }: Tensor): number {
  if (ne.some((size) => size === 0)) {
    return 0;
  }
  const first =
    type.blockSize === 1 ? type.blockBytes + (ne[0] - 1) * nb[0] : (ne[0] * nb[0]) / type.blockSize;
  return first + (ne[1] - 1) * nb[1] + (ne[2] - 1) * nb[2] + (ne[3] - 1) * nb[3];
}

/** `ggml_is_contiguous_n`: dimensions above the `from`-th lie one after the other; sizes of 1 may have any stride. */
export function isContiguous({ type, ne, nb }: Tensor, from = 0): boolean {
  let next = type.blockBytes;
  if (ne[0] !== type.blockSize && nb[0] !== next) {
    return false;
  }
  next *= ne[0] / type.blockSize;
  for (let axis = 1; axis < 4; axis += 1) {
    const [size, stride] = [ne[axis] as number, nb[axis] as number];
    if (axis > from) {
      if (size !== 1 && stride !== next) {
        return false;
      }
      next *= size;
    } else {
      next = size * stride;
    }
  }
  return true;
}

export function haveSameLayout(a: Tensor, b: Tensor): boolean {
  return (
    a.type.name === b.type.name &&
    a.ne.every((size, axis) => size === b.ne[axis]) &&
    a.nb.every((stride, axis) => stride === b.nb[axis])
  );
}

const VIEWS: ReadonlySet<Operation> = new Set(['view', 'reshape', 'permute', 'transpose']);

/** `ggml_is_view_op`: what the scheduler passes over. */
export function isViewOperation({ op }: Tensor): boolean {
  return VIEWS.has(op);
}
