import { InputError } from '../../text/errors.js';
import { describe } from '../fields.js';

/**
 * The key-value pairs of a GGUF file's header, by their full keys. Nothing about them is trusted. Integers may be bigints,
 * as readers give 64-bit ones.
 */
export type GgufMetadata = Readonly<Record<string, unknown>>;

/** The keys of one architecture: `get('block_count')` reads `llama.block_count`. */
export interface GgufKeys {
  readonly architecture: string;
  readonly metadata: GgufMetadata;
}

/** The value under `{architecture}.{key}`; undefined where there is none. */
export function valueAt({ architecture, metadata }: GgufKeys, key: string): unknown {
  return own(metadata, `${architecture}.${key}`);
}

/** The value of a key of the whole file, such as `general.architecture`. */
export function own(metadata: GgufMetadata, key: string): unknown {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

/** A key that must be an integer of at least `minimum`. */
export function integerAt(keys: GgufKeys, key: string, minimum = 1): number {
  const value = optionalIntegerAt(keys, key, minimum);
  if (value === undefined) {
    throw new InputError(
      `The GGUF file has no "${keys.architecture}.${key}"; it must be an integer of at least ${minimum}.`,
    );
  }
  return value;
}

/** A key that is an integer of at least `minimum`, where it is there. */
export function optionalIntegerAt(keys: GgufKeys, key: string, minimum = 1): number | undefined {
  const value = valueAt(keys, key);
  if (value === undefined) {
    return undefined;
  }
  const number = integerFrom(value);
  if (number === undefined || number < minimum) {
    throw wrongAt(keys, key, value, `an integer of at least ${minimum}`);
  }
  return number;
}

/**
 * A key that is one integer for all layers, or a list of one for each of `count` layers, as `get_key_or_arr` of
 * llama.cpp reads it; undefined where it is absent.
 */
export function perLayerIntegersAt(
  keys: GgufKeys,
  key: string,
  count: number,
): readonly number[] | undefined {
  const value = valueAt(keys, key);
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    const number = optionalIntegerAt(keys, key, 0) ?? 0;
    return Array.from({ length: count }, () => number);
  }
  if (value.length !== count) {
    throw wrongAt(keys, key, `a list of ${value.length}`, `one integer, or a list of ${count}`);
  }
  return value.map((item) => {
    const number = integerFrom(item);
    if (number === undefined || number < 0) {
      throw wrongAt(keys, key, item, 'a list of integers of at least 0');
    }
    return number;
  });
}

/** A key that is a list of true and false (or 1 and 0) for at least `count` layers; undefined where it is no list. */
export function flagsAt(keys: GgufKeys, key: string, count: number): readonly boolean[] | undefined {
  const value = valueAt(keys, key);
  if (!Array.isArray(value)) {
    return undefined;
  }
  if (value.length < count) {
    throw wrongAt(keys, key, `a list of ${value.length}`, `a list with an entry for each of ${count} layers`);
  }
  return value.slice(0, count).map((item) => {
    const flag = typeof item === 'boolean' ? item : integerFrom(item);
    if (flag === undefined) {
      throw wrongAt(keys, key, item, 'a list of true and false');
    }
    return Boolean(flag);
  });
}

/** The error for a key with a value that makes no sense. */
export function wrongAt(keys: GgufKeys, key: string, value: unknown, right: string): InputError {
  const shown = typeof value === 'string' && value.startsWith('a list of') ? value : describe(value);
  return new InputError(`The GGUF file's "${keys.architecture}.${key}" is ${shown}; it must be ${right}.`);
}

function integerFrom(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
