import type { Marks } from '../terminal/marks.js';

/** From the lowest to the highest; Unicode 16.0, Block Elements, U+2581 to U+2588. */
const LEVELS = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.:-=+*#' } as const;

/** One character for each value, as high as the value is against the largest. */
export function sparkline(values: readonly number[], marks: Marks): string {
  const levels = LEVELS[marks];
  const largest = Math.max(...values);
  return values
    .map((value) => levels[Math.max(0, Math.ceil((value / (largest || 1)) * levels.length) - 1)])
    .join('');
}
