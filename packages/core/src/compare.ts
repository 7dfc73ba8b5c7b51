import { type Case, engineOf } from './case.js';
import { type Allocation, estimate } from './estimate.js';

/** A case with its allocation, measured against the first case of the comparison. */
export interface ComparisonRow extends Case {
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
 * @throws InputError as `estimate` does.
 */
export function compare(cases: readonly Case[]): readonly ComparisonRow[] {
  const allocations = cases.map((item) => estimate(item.model, item.workload, engineOf(item)));
  const reference = allocations[0]?.totalBytes ?? 0;
  return cases.flatMap((item, index) => {
    const allocation = allocations[index];
    return allocation === undefined
      ? []
      : [{ ...item, allocation, saving: savingAgainst(reference, allocation.totalBytes) }];
  });
}
