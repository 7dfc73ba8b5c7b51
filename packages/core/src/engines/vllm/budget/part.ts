import type { BudgetPart } from '../../../deployment/budget.js';
import type { How } from '../../../text/quantity.js';

export const GIB = 2 ** 30;
export const MIB = 2 ** 20;

/** How far a part may be off, in bytes, in nine of ten cases. */
export interface Spread {
  readonly below: number;
  readonly above: number;
}

/** A part of so many bytes, none of its ends below 0. */
export function partOf(
  name: string,
  bytes: number,
  { below, above }: Spread,
  how: How,
  explanation: readonly string[],
  source: string,
): BudgetPart {
  const likely = Math.max(0, Math.round(bytes));
  return {
    name,
    bytes: likely,
    low: Math.max(0, Math.floor(likely - below)),
    high: Math.ceil(likely + above),
    how,
    explanation,
    source,
  };
}

/** For people, to two decimals as vLLM prints them. */
export function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(2)} GiB`;
}
