/** Blocks that repeat in longer periods than that are all laid out. */
const MAX_PERIOD = 8;

/** Periods that are laid out at the start and at the end of a run: by then each is laid out like the one before. */
const FIRST_PERIODS = 4;
const LAST_PERIODS = 2;

/**
 * The blocks that suffice to know the memory of all, in order: of equal ones, or groups of them, that follow each other,
 * the first and the last few. A graph's memory does not depend on how often the same comes again.
 *
 * @param kinds a word for each block, equal for equal blocks.
 */
export function sufficientBlocks(kinds: readonly string[]): readonly number[] {
  const kept: number[] = [];
  for (let start = 0; start < kinds.length; ) {
    const { period, end } = longestRun(kinds, start);
    const first = Math.min(end, start + FIRST_PERIODS * period);
    // As many are left out as keep the order of the period.
    const skipped = Math.max(0, Math.floor((end - first - LAST_PERIODS * period) / period)) * period;
    for (let index = start; index < end; index += 1) {
      if (index < first || index >= first + skipped) {
        kept.push(index);
      }
    }
    start = end;
  }
  return kept;
}

function longestRun(
  kinds: readonly string[],
  start: number,
): { readonly period: number; readonly end: number } {
  let best = { period: 1, end: start + 1 };
  for (let period = 1; period <= MAX_PERIOD; period += 1) {
    let end = start + period;
    while (end < kinds.length && kinds[end] === kinds[end - period]) {
      end += 1;
    }
    if (end > start + period && end > best.end) {
      best = { period, end };
    }
  }
  return best;
}
