import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ideal } from '../../src/engines/ideal/engine.js';
import { compare, describeSaving, formatFraction, savingAgainst } from '../../src/estimate/compare.js';
import { estimate } from '../../src/estimate/estimate.js';
import * as arbitrary from '../arbitraries.js';

describe('a comparison', () => {
  it('keeps cases in order, each with its estimate, measured against the first', () => {
    const cases = fc.array(fc.tuple(arbitrary.model, arbitrary.workload), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(cases, (pairs) => {
        const items = pairs.map(([model, workload], index) => ({
          label: `${index}`,
          model,
          workload,
          engine: ideal,
        }));
        const rows = compare(items);
        expect(rows.map(({ label }) => label)).toEqual(items.map(({ label }) => label));
        const first = rows[0]?.allocation.totalBytes ?? 0;
        for (const { model, workload, allocation, saving } of rows) {
          expect(allocation).toMatchObject({ totalBytes: estimate(model, workload).totalBytes });
          expect(saving).toEqual(savingAgainst(first, allocation.totalBytes));
        }
      }),
    );
  });

  it('of nothing is nothing', () => {
    expect(compare([])).toEqual([]);
  });
});

describe('a saving', () => {
  it.each([
    [100, 25, { ratio: 4, fraction: 0.75 }],
    [100, 100, { ratio: 1, fraction: 0 }],
    [100, 200, { ratio: 0.5, fraction: -1 }],
    [100, 0, { ratio: Infinity, fraction: 1 }],
    [0, 0, { ratio: 1, fraction: 0 }],
  ])('of %i down to %i', (reference, bytes, saving) => {
    expect(savingAgainst(reference, bytes)).toEqual(saving);
  });

  it('is printed to a tenth of a percent, and nothing has no sign', () => {
    expect(formatFraction(savingAgainst(100, 25))).toBe('75.0%');
    expect(formatFraction(savingAgainst(100, 200))).toBe('-100.0%');
    expect(formatFraction(savingAgainst(1_000_000, 1_000_001))).toBe('0.0%');
  });
});

describe('a saving in words', () => {
  it.each([
    [4, 1, '4.00x less'],
    [1, 2, '2.00x more'],
    [3, 3, ''],
    [1, 0, 'nothing'],
    [0, 1, 'more'],
  ])('of %d against %d is %j', (reference, bytes, text) => {
    expect(describeSaving(savingAgainst(reference, bytes))).toBe(text);
  });
});
