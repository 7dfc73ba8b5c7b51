import type { WeightPart } from '../../model/model.js';

/** Equal tensors of a checkpoint: `copies` matrices of `rows x columns` numbers. */
export interface Tensors {
  readonly kind: WeightPart['kind'];
  /** The module's name under its layer, by which quantizers leave it out: `self_attn.q_proj`, `lm_head`. */
  readonly module: string;
  /** The layer that it is in, from 0; absent for what is there once. */
  readonly layer?: number;
  readonly rows: number;
  readonly columns: number;
  readonly copies: number;
  /** Copies that one token reads: all of them but for experts, and none of an embedding. */
  readonly activeCopies: number;
  /** Bytes of one number where it is not stored in the model's dtype: 4 for what stays fp32, 8 for an integer. */
  readonly bytesPerNumber?: number;
}

/** A linear module: its matrix, and its bias where it has one. */
export function linear(module: string, outputs: number, inputs: number, bias = false): readonly Tensors[] {
  const matrix = tensors('projection', module, outputs, inputs);
  return bias ? [matrix, vector(module, outputs)] : [matrix];
}

/** One tensor. */
export function tensors(kind: WeightPart['kind'], module: string, rows: number, columns: number): Tensors {
  return { kind, module, rows, columns, copies: 1, activeCopies: kind === 'embedding' ? 0 : 1 };
}

/** Numbers that no quantizer touches: a norm, a bias, a router's correction. */
export function vector(module: string, size: number): Tensors {
  return tensors('other', module, size, 1);
}
