import { formatBytes } from '@kv/core';

/** Digits in groups of three: `4,294,967,296`. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** Bytes each second for a reader, in the decimal units of datasheets: `3.35 TB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond, 'decimal')}/s`;
}

/** Parameters for a reader: `70.6B`. */
export function formatParameters(parameters: number): string {
  const [value, unit] =
    parameters >= 1e12
      ? [parameters / 1e12, 'T']
      : parameters >= 1e9
        ? [parameters / 1e9, 'B']
        : [parameters / 1e6, 'M'];
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)}${unit}`;
}
