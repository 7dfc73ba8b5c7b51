import fc from 'fast-check';
import stringWidth from 'fast-string-width';
import { describe, expect, it } from 'vitest';
import { type ChartStyle, chart } from '../../src/render/chart.js';

const plain: ChartStyle = {
  ...{ width: 60, height: 8, logX: true, logY: false, units: 'binary', marks: 'unicode' },
  paint: (text) => text,
};

const sweeps = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 20 }), { minLength: 1, maxLength: 12 }),
    fc.array(fc.integer({ min: 0, max: 2 ** 33 }), { minLength: 1, maxLength: 10 }),
  )
  .map(([lengths, slopes]) => {
    const contextLengths = lengths.sort((one, other) => one - other);
    return {
      contextLengths,
      series: slopes.map((slope) => ({
        label: 'x',
        totalBytes: Float64Array.from(contextLengths, (length) => length * slope),
      })),
    };
  });

describe('a chart of characters', () => {
  it('fits its width and height, and names every series at the end of its line', () => {
    fc.assert(
      fc.property(
        sweeps,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('unicode', 'ascii'),
        fc.integer({ min: 50, max: 140 }),
        (sweep, logX, logY, marks, width) => {
          const lines = chart(sweep, { ...plain, logX, logY, marks, width }).split('\n');
          expect(lines).toHaveLength(plain.height + 2);
          expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
          const ends = lines
            .slice(0, plain.height)
            .map((line) => /[a-z]*$/.exec(line)?.[0] ?? '')
            .join('');
          for (const letter of 'abcdefghij'.slice(0, sweep.series.length)) {
            expect(ends).toContain(letter);
          }
        },
      ),
    );
  });

  it('draws a straight line through the sizes and lengths that it names', () => {
    const totalBytes = Float64Array.of(1024, 2048, 4096, 8192);
    const sweep = { contextLengths: [1024, 2048, 4096, 8192], series: [{ label: 'x', totalBytes }] };
    expect(chart(sweep, { ...plain, width: 30, height: 4, logY: true, marks: 'ascii' }).split('\n')).toEqual([
      '8.00 KiB +             aaaaa a',
      '         |         aaaaa',
      '         |    aaaaa',
      '1.00 KiB +aaaaa',
      '         ++-----+----+-----+',
      '         1k    2k   4k    8k',
    ]);
  });
});
