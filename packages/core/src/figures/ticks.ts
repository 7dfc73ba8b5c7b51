import { type ByteUnits, formatBytes } from '../text/units.js';
import { memoryUnit } from './style.js';

/** Steps of a logarithmic memory axis, as factors, the finest first. */
const STEPS = { decimal: [10, 100, 1000], binary: [2, 4, 16, 64, 1024] } as const;

/**
 * Marks of a logarithmic memory axis in GB or GiB at round sizes from `low` to `high` bytes, each with its unit; steps
 * are as large as it takes to stay within `maximum` marks.
 */
export function sizeTicks(
  low: number,
  high: number,
  units: ByteUnits,
  maximum: number,
): { readonly tickvals: readonly number[]; readonly ticktext: readonly string[] } {
  const placesOf = (step: number) => {
    const first = Math.ceil(logarithm(low, step));
    const last = Math.floor(logarithm(high, step));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => step ** (first + index));
  };
  const candidates = STEPS[units].map(placesOf);
  const sizes = candidates.find((places) => places.length <= maximum) ?? candidates.at(-1) ?? [];
  return {
    tickvals: sizes.map((bytes) => bytes / memoryUnit(units).bytes),
    ticktext: sizes.map((bytes) => formatBytes(bytes, units).replace(/\.0+ /, ' ')),
  };
}

/** Exact where the value is a power of the base, which a quotient of logarithms is not. */
function logarithm(value: number, base: number): number {
  const exponent = Math.log10(value) / Math.log10(base);
  const rounded = Math.round(exponent);
  return Math.abs(exponent - rounded) < 1e-9 ? rounded : exponent;
}
