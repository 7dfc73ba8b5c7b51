/**
 * How a quantity is known: `rule`, a system computes or prints it so; `formula`, derived from such rules or figures, with
 * the error that it showed on what it was not made from; `assumed`, neither.
 */
export type How = 'rule' | 'formula' | 'assumed';

/** Bytes that lie between two ends; all exact integers, `low <= bytes <= high`. */
export interface Quantity {
  /** What is most likely. */
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
  readonly how: How;
}

/** Bytes that are known exactly. */
export function exactly(bytes: number): Quantity {
  return { bytes, low: bytes, high: bytes, how: 'rule' };
}

/** What is left of a quantity beside others; below 0 where they are more. Its ends are the worst and the best of all. */
export function less(whole: Quantity, parts: readonly Quantity[]): Quantity {
  const sum = (end: 'bytes' | 'low' | 'high') => parts.reduce((total, part) => total + part[end], 0);
  return {
    bytes: whole.bytes - sum('bytes'),
    low: whole.low - sum('high'),
    high: whole.high - sum('low'),
    how: leastKnown([whole, ...parts]),
  };
}

const FROM_SURE_TO_UNSURE: readonly How[] = ['rule', 'formula', 'assumed'];

function leastKnown(quantities: readonly Quantity[]): How {
  const worst = Math.max(...quantities.map(({ how }) => FROM_SURE_TO_UNSURE.indexOf(how)));
  return FROM_SURE_TO_UNSURE[worst] ?? 'rule';
}
