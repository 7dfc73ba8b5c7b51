import type { Weights } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { asObject, type Config, describe, field } from '../fields.js';

/**
 * Bits of an element of each dtype.
 *
 * Source: huggingface/safetensors, `safetensors/src/tensor.rs` (`Dtype::bitsize`), 0.8.0.
 */
const BITS: ReadonlyMap<unknown, number> = new Map([
  ...['C64', 'F64', 'I64', 'U64'].map((name) => [name, 64] as const),
  ...['F32', 'I32', 'U32'].map((name) => [name, 32] as const),
  ...['BF16', 'F16', 'I16', 'U16'].map((name) => [name, 16] as const),
  ...['BOOL', 'I8', 'U8', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'].map((name) => [name, 8] as const),
  ...['F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map((name) => [name, 8] as const),
  ...['F6_E2M3', 'F6_E3M2'].map((name) => [name, 6] as const),
  ['F4', 4],
]);

/** Integers that quantizers pack several parameters into. */
const PACKED: readonly unknown[] = ['U8', 'I8', 'I16', 'I32', 'U16', 'U32'];

/**
 * The weights in the header of a single `.safetensors` file: each tensor by `dtype`, `shape` and `data_offsets`.
 * Parameters are the tensors' elements, scales of quantizers included.
 *
 * Source: huggingface/safetensors, `safetensors/src/tensor.rs` (`Metadata::validate`), 0.8.0: tensors lie without
 * holes or overlaps, each as long as its shape and dtype say.
 *
 * @param json the parsed header; nothing about it is trusted.
 * @param formula what the model's config comes to: it says how many parameters there are where integers may hold
 *   several each, and of what parts they are where both agree to the byte.
 * @throws InputError for what is no header of a model's file, or has a dtype that is not known.
 */
export function weightsFromSafetensorsHeader(json: unknown, formula?: Weights): Weights {
  const header = asObject(json, 'The safetensors header');
  const tensors = Object.keys(header)
    .filter((name) => name !== '__metadata__')
    .map((name) => tensorFrom(name, asObject(field(header, name), `The tensor ${describe(name)}`)))
    .sort((one, other) => one.begin - other.begin || one.end - other.end);
  let bytes = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== bytes) {
      throw new InputError(
        `The tensor ${describe(name)} begins at byte ${begin}, but the one before it ends at ${bytes}.`,
      );
    }
    bytes = end;
  }
  if (bytes === 0) {
    throw new InputError('The safetensors header has no tensors.');
  }
  const source = 'model.safetensors';
  if (formula?.bytes === bytes) {
    return { ...formula, source };
  }
  const parameters = tensors.some(({ dtype }) => PACKED.includes(dtype))
    ? formula?.parameters
    : tensors.reduce((total, { elements }) => total + elements, 0);
  return { ...(parameters === undefined ? {} : { parameters }), bytes, source };
}

interface StoredTensor {
  readonly name: string;
  readonly dtype: unknown;
  readonly elements: number;
  readonly begin: number;
  readonly end: number;
}

function tensorFrom(name: string, tensor: Config): StoredTensor {
  const dtype = field(tensor, 'dtype');
  const bits = BITS.get(dtype);
  if (bits === undefined) {
    throw new InputError(
      `The tensor ${describe(name)} has the dtype ${describe(dtype)}; known are ${[...BITS.keys()].join(', ')}.`,
    );
  }
  const shape = sizesIn(tensor, 'shape', name);
  const offsets = sizesIn(tensor, 'data_offsets', name);
  const [begin = 0, end = 0] = offsets;
  const elements = shape.reduce((product, size) => product * size, 1);
  // Sizes beyond 2^53 are infinite or rounded, so they agree with no offsets.
  const isWhole = Number.isSafeInteger(elements * bits) && offsets.length === 2;
  if (!isWhole || elements * bits !== (end - begin) * 8) {
    throw new InputError(
      `The tensor ${describe(name)} of shape ${describe(shape)} in ${describe(dtype)} cannot lie at the bytes ${describe(offsets)}.`,
    );
  }
  return { name, dtype, elements, begin, end };
}

function sizesIn(tensor: Config, key: string, name: string): readonly number[] {
  const value = field(tensor, key);
  const isSizes =
    Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!isSizes) {
    throw new InputError(
      `"${key}" of the tensor ${describe(name)} is ${describe(value)}; it must be a list of sizes.`,
    );
  }
  return value as readonly number[];
}
