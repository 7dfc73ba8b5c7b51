import { InputError } from './errors.js';

/** The value, if it is an integer of at least `minimum` that a JavaScript number holds exactly; else an InputError. */
export function checkInteger(value: number, name: string, minimum = 1): number {
  if (!Number.isSafeInteger(value) || value < minimum) {
    const kind = minimum === 1 ? 'a positive integer' : `an integer of at least ${minimum}`;
    throw new InputError(`${name} is ${value}; it must be ${kind} below 2^53.`);
  }
  return value;
}

/**
 * The value, if it is still an exact number of bytes. Sums and products of non-negative integers stay exact in
 * double precision as long as their result is a safe integer, so checking the result is enough.
 *
 * @throws InputError beyond 2^53 - 1, where a number would silently be rounded.
 */
export function checkExactBytes(bytes: number): number {
  if (!Number.isSafeInteger(bytes)) {
    throw new InputError(
      'The result exceeds 2^53 - 1 bytes (8 PiB), beyond which it would no longer be exact; use a smaller context, batch or model.',
    );
  }
  return bytes;
}

/**
 * The decimal digits of a number as Python and C print them: of two that are as near, the even one. Halfway values of so
 * many digits are odd multiples of `2 ** -(digits + 1)`, which a number holds exactly.
 */
export function fixedHalfEven(value: number, digits: number): string {
  const isHalfway = Math.abs((value * 2 ** (digits + 1)) % 2) === 1;
  if (!isHalfway) {
    return value.toFixed(digits);
  }
  const below = Math.floor(value * 10 ** digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

/** How many groups of `size` it takes to hold `count`. */
export function ceilDiv(count: number, size: number): number {
  return Math.ceil(count / size);
}

/** `count` rounded up to a multiple of `multiple`. */
export function roundUp(count: number, multiple: number): number {
  return ceilDiv(count, multiple) * multiple;
}
