import type { Marks } from '../terminal/marks.js';

/** Blocks from an eighth of a character's width to seven eighths; Unicode 16.0, Block Elements, U+258F to U+2589. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/**
 * A horizontal bar for a part of a whole, to an eighth of a character where the terminal has blocks for it; a part
 * that is not nothing is always seen.
 *
 * @param fraction from 0 to 1.
 * @param width of the whole, in characters.
 */
export function bar(fraction: number, width: number, marks: Marks): string {
  if (fraction === 0) {
    return '';
  }
  if (marks === 'ascii') {
    return '#'.repeat(Math.max(1, Math.round(fraction * width)));
  }
  const eighths = Math.max(1, Math.round(fraction * width * 8));
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`;
}
