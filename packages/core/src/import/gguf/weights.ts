import type { Weights } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { checkExactBytes } from '../../text/exact.js';
import { TENSOR_TYPES } from './tensor-types.js';

/** A tensor of a GGUF file: its name, the elements along each axis (the innermost first) and the number of its type. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
}

/** What the tensors of a file come to; no weights where one of them has a type that is not known. */
export interface GgufWeights {
  readonly weights?: Weights;
  readonly warnings: readonly string[];
}

/**
 * Parameters and bytes of all tensors, exact: rows are stored in whole blocks of their type.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml.c` (`ggml_nbytes`, `ggml_row_size`); `ggml/src/gguf.cpp` refuses
 * rows that are not whole blocks.
 *
 * @throws InputError for a tensor whose rows are no whole blocks, and beyond 2^53 - 1 bytes.
 */
export function weightsOf(tensors: readonly GgufTensor[]): GgufWeights {
  let parameters = 0;
  let bytes = 0;
  for (const { name, shape, type } of tensors) {
    const known = TENSOR_TYPES.get(type);
    if (known === undefined) {
      return {
        warnings: [`The type ${type} of the tensor "${name}" is not known, so weights are not counted.`],
      };
    }
    const elements = shape.reduce((product, size) => product * size, 1);
    if (!Number.isSafeInteger(elements) || elements < 0) {
      throw new InputError(
        `The tensor "${name}" has more than 2^53 - 1 elements, so it is no tensor of a model.`,
      );
    }
    const { blockSize, blockBytes } = known;
    if ((shape[0] ?? 1) % blockSize !== 0) {
      throw new InputError(
        `The tensor "${name}" has rows of ${shape[0]} elements, which are no whole blocks of ${blockSize} as ${known.name} has.`,
      );
    }
    parameters += elements;
    bytes = checkExactBytes(bytes + (elements / blockSize) * blockBytes);
  }
  return tensors.length === 0
    ? { warnings: [] }
    : { weights: { parameters, bytes, source: 'the tensors of the GGUF file' }, warnings: [] };
}
