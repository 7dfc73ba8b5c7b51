import fc from 'fast-check';
import stringWidth from 'fast-string-width';
import { describe, expect, it } from 'vitest';
import { bar } from '../../src/render/bar.js';
import { sparkline } from '../../src/render/sparkline.js';

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const marks = fc.constantFrom('unicode', 'ascii');

describe('a bar', () => {
  it('never leaves its width, and is longer for more', () => {
    fc.assert(
      fc.property(fraction, fraction, fc.integer({ min: 8, max: 60 }), marks, (one, other, width, kind) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(stringWidth(bar(more, width, kind))).toBeLessThanOrEqual(width);
        expect(stringWidth(bar(less, width, kind))).toBeLessThanOrEqual(stringWidth(bar(more, width, kind)));
      }),
    );
  });

  it('shows something of whatever is not nothing', () => {
    fc.assert(
      fc.property(fraction, marks, (part, kind) => {
        expect(bar(part, 20, kind) === '').toBe(part === 0);
      }),
    );
  });

  it('is exact to an eighth of a character, and ASCII where it must be', () => {
    expect(bar(0.5, 8, 'unicode')).toBe('████');
    expect(bar(0.53125, 8, 'unicode')).toBe('████▎');
    expect(bar(0.5, 8, 'ascii')).toBe('####');
  });
});

describe('a sparkline', () => {
  it('has one character for each value, the highest for the largest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), marks, (values, kind) => {
        const line = Array.from(sparkline(values, kind));
        expect(line).toHaveLength(values.length);
        const highest = kind === 'unicode' ? '█' : '#';
        if (Math.max(...values) > 0) {
          expect(line[values.indexOf(Math.max(...values))]).toBe(highest);
        }
      }),
    );
  });

  it('rises with the values', () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 'unicode')).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([0, 0], 'ascii')).toBe('__');
  });
});
