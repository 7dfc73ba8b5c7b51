import type { Case } from './case.js';
import { type Allocation, estimate } from './estimate.js';

/** What a case takes, measured against the first case of the comparison. */
export interface Compared {
  readonly allocation: Allocation;
  readonly saving: Saving;
}

/** How much smaller a size is than a reference. */
export interface Saving {
  /** How many times the size fits into the reference: 4 is a quarter of it. Infinity for nothing against something. */
  readonly ratio: number;
  /** The part of the reference that is saved: 0.75 for a quarter of it; negative where it is larger. */
  readonly fraction: number;
}

/** How much smaller `bytes` is than `reference`; nothing against nothing is equal. */
export function savingAgainst(reference: number, bytes: number): Saving {
  if (bytes === reference) {
    return { ratio: 1, fraction: 0 };
  }
  return { ratio: reference / bytes, fraction: 1 - bytes / reference };
}

/**
 * Estimates each case and measures it against the first.
 *
 * @returns the cases, in order, each with its allocation and saving.
 * @throws InputError as `estimate` does.
 */
export function compare<Item extends Case>(cases: readonly Item[]): readonly (Item & Compared)[] {
  const estimated = cases.map((item) => ({
    ...item,
    allocation: estimate(item.model, item.workload, item.engine),
  }));
  const reference = estimated[0]?.allocation.totalBytes ?? 0;
  return estimated.map((item) => ({ ...item, saving: savingAgainst(reference, item.allocation.totalBytes) }));
}

/** `4.00x`: how many times a size fits into the reference. */
export function formatRatio({ ratio }: Saving): string {
  return `${ratio.toFixed(2)}x`;
}

/** `75.0%`: the part of the reference that is saved. */
export function formatFraction({ fraction }: Saving): string {
  const percent = (fraction * 100).toFixed(1);
  return `${percent === '-0.0' ? '0.0' : percent}%`;
}

/**
 * `4.00x less` or `2.00x more`: how a size compares with the reference, in words; empty where they are equal, and without
 * a number where one of the two is nothing.
 */
export function describeSaving({ ratio }: Saving): string {
  if (ratio === 1) {
    return '';
  }
  if (!Number.isFinite(ratio) || ratio === 0) {
    return ratio === 0 ? 'more' : 'nothing';
  }
  return ratio > 1 ? `${ratio.toFixed(2)}x less` : `${(1 / ratio).toFixed(2)}x more`;
}
