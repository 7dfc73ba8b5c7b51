import { ceilDiv } from '../../text/exact.js';
import type { Tensors } from './tensors.js';

/** Bytes of one matrix with its scales. */
export type BytesOf = (tensor: Tensors) => number;

/** Whole blocks of inputs in each row. */
export function inBlocks(size: number, bytes: number): BytesOf {
  return ({ rows, columns }) => rows * ceilDiv(columns, size) * bytes;
}

/** Blocks of 16 in 8 bytes with a scale of 1 byte; a fp32 scale each for weights and inputs of a matrix. */
export const nvfp4Bytes: BytesOf = (tensor) => inBlocks(16, 9)(tensor) + 8;

/** NVFP4 whose inputs stay in 16 bits: no scale for them. */
export const nvfp4WeightBytes: BytesOf = (tensor) => inBlocks(16, 9)(tensor) + 4;

/** A byte each, a fp32 scale each for weights and inputs of a matrix. */
export const fp8PerTensorBytes: BytesOf = ({ rows, columns }) => rows * columns + 8;

/** Blocks of 32 in 16 bytes with a scale of 1 byte. */
export const mxfp4Bytes: BytesOf = inBlocks(32, 17);

/** Blocks of 32 bytes with a scale of 1 byte. */
export const mxfp8Bytes: BytesOf = inBlocks(32, 33);
