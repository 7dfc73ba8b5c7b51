import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Workload } from '../../src/deployment/workload.js';
import { type Allocation, estimate } from '../../src/estimate/estimate.js';
import type { Model } from '../../src/model/model.js';

/** An engine, and what it is asked at random. */
export interface Asked<Settings> {
  readonly model: fc.Arbitrary<Model>;
  readonly workload: fc.Arbitrary<Workload>;
  readonly settings: fc.Arbitrary<Settings>;
  readonly run: (model: Model, workload: Workload, settings: Settings) => Allocation;
}

export function itHoldsWhatAttentionNeeds<Settings>({ model, workload, settings, run }: Asked<Settings>) {
  it('is never below what attention needs, and an exact integer', () => {
    fc.assert(
      fc.property(model, workload, settings, (any, use, set) => {
        const { totalBytes, pools } = run(any, use, set);
        expect(totalBytes).toBeGreaterThanOrEqual(estimate(any, use).totalBytes);
        for (const value of pools.flatMap((pool) => Object.values(pool))) {
          expect(typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0)).toBe(true);
        }
      }),
    );
  });
}

export function itGrowsWithContextAndSequences<Settings>({
  model,
  workload,
  settings,
  run,
}: Asked<Settings>) {
  it('grows with the context and with sequences', () => {
    fc.assert(
      fc.property(model, workload, settings, fc.nat(1000), (any, use, set, more) => {
        const { totalBytes } = run(any, use, set);
        const longer = run(any, { ...use, contextLength: use.contextLength + more }, set);
        const another = run(any, { ...use, numSequences: use.numSequences + 1 }, set);
        expect(longer.totalBytes).toBeGreaterThanOrEqual(totalBytes);
        expect(another.totalBytes).toBeGreaterThanOrEqual(totalBytes);
      }),
    );
  });
}

export function itGrowsInProportionToSequences<Settings>({
  model,
  workload,
  settings,
  run,
}: Asked<Settings>) {
  it('grows with the context and in proportion to sequences', () => {
    fc.assert(
      fc.property(model, workload, settings, fc.nat(1000), (any, use, set, more) => {
        const { totalBytes } = run(any, use, set);
        const longer = run(any, { ...use, contextLength: use.contextLength + more }, set);
        expect(longer.totalBytes).toBeGreaterThanOrEqual(totalBytes);
        const single = run(any, { ...use, numSequences: 1 }, set);
        expect(totalBytes).toBe(use.numSequences * single.totalBytes);
      }),
    );
  });
}
