import type { Saving } from '@kv/core';

/** Digits in groups of three: `4,294,967,296`. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** `4.00x`: how many times a size fits into the reference. */
export function ratioText({ ratio }: Saving): string {
  return `${ratio.toFixed(2)}x`;
}

/** `75.0%`: the part of the reference that is saved. */
export function savedText({ fraction }: Saving): string {
  return `${(fraction * 100).toFixed(1)}%`;
}
