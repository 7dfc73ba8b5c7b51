import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFigure, batchTable } from '../../src/figures/batch.js';
import { DEFAULT_STYLE } from '../../src/figures/context.js';

const grid = {
  contextLengths: [1024, 2048],
  numSequences: [1, 2, 4],
  totalBytes: [Float64Array.of(1e9, 2e9), Float64Array.of(2e9, 4e9), Float64Array.of(4e9, Number.NaN)],
};
const style = { ...DEFAULT_STYLE, title: '<b>' };

describe('the map of batches', () => {
  it('shows the size of each cell, and nothing where there is none', () => {
    const { data } = batchFigure(grid, [], style);
    expect(data[0]).toMatchObject({
      type: 'heatmap',
      text: [
        ['1.00 GB', '2.00 GB'],
        ['2.00 GB', '4.00 GB'],
        ['4.00 GB', ''],
      ],
      z: [
        [9, Math.log10(2e9)],
        [Math.log10(2e9), Math.log10(4e9)],
        [Math.log10(4e9), null],
      ],
    });
  });

  it('draws a capacity between the cells that fit and those that do not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 2 }),
        (numSequences) => {
          const [, line] = batchFigure(grid, [{ label: 'GPU', numSequences }], style).data;
          const ys = line?.type === 'scatter' ? line.y : [];
          numSequences.forEach((most, column) => {
            for (const y of [ys[2 * column], ys[2 * column + 1]]) {
              grid.numSequences.forEach((count, row) => {
                expect(row < (y ?? Number.NaN)).toBe(count <= most);
              });
            }
          });
        },
      ),
    );
  });

  it('shows labels as text, is plain JSON, and needs no style attribute', () => {
    const figure = batchFigure(grid, [{ label: '<i>', numSequences: [1, 1] }], style);
    expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
    expect(JSON.stringify(figure)).not.toMatch(/<[bi]>"/);
    expect(figure.data[0]).toMatchObject({ showscale: false });
  });

  it('has its numbers in a table, with exact bytes and the most sequences of each capacity', () => {
    const { heads, rows } = batchTable(grid, [{ label: 'GPU', numSequences: [4, 2] }], 'decimal');
    expect(heads).toEqual(['Sequences', '1k', '2k']);
    expect(rows.map(({ head }) => head)).toEqual(['1', '2', '4', 'Most on GPU']);
    expect(rows[0]?.cells).toEqual([
      { text: '1.00 GB', note: '', bytes: 1e9 },
      { text: '2.00 GB', note: '', bytes: 2e9 },
    ]);
    expect(rows[2]?.cells[1]).toEqual({ text: 'not possible', note: '' });
    expect(rows[3]?.cells.map(({ text }) => text)).toEqual(['4', '2']);
  });
});
