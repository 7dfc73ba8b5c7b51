import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../../src/figures/spread.js';

const positions = fc
  .array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((values) => values.sort((one, other) => one - other));

describe('labels that are spread', () => {
  it('keep their order and their distance', () => {
    fc.assert(
      fc.property(positions, fc.integer({ min: 1, max: 30 }), (wanted, gap) => {
        const places = spread(wanted, gap, 500);
        expect(places).toHaveLength(wanted.length);
        places.slice(1).forEach((place, index) => {
          expect(place - (places[index] ?? 0)).toBeGreaterThanOrEqual(gap - 1e-9);
        });
      }),
    );
  });

  it('stay inside where there is room for all', () => {
    fc.assert(
      fc.property(positions, (wanted) => {
        const places = spread(wanted, 500 / wanted.length, 500);
        expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...places)).toBeLessThanOrEqual(500 + 1e-9);
      }),
    );
  });

  it('stand where they want to where none is in the way', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1 }), (tens) => {
        const wanted = tens.sort((one, other) => one - other).map((ten) => ten * 10);
        expect(spread(wanted, 10, 500)).toEqual(wanted);
      }),
    );
  });

  it('share the way that they must move', () => {
    expect(spread([100, 100], 10, 500)).toEqual([95, 105]);
    expect(spread([0, 0, 300], 10, 500)).toEqual([0, 10, 300]);
  });
});
