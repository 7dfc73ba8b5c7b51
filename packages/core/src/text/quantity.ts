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
