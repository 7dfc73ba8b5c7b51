import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../src/estimate/estimate.js';
import { DEFAULT_STYLE } from '../../src/figures/context.js';
import { poolsFigure, poolsTable } from '../../src/figures/pools.js';
import { model, workload } from '../arbitraries.js';

const rows = fc.array(
  fc.tuple(fc.string(), model, workload).map(([label, any, use]) => ({ label, ...estimate(any, use) })),
  { minLength: 1, maxLength: 4 },
);

describe('the stacked bars of pools', () => {
  it('add up to what each row takes, in the figure and in the table', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { data } = poolsFigure(all, DEFAULT_STYLE);
        const table = poolsTable(all, 'binary');
        all.forEach(({ totalBytes }, index) => {
          expect(data.reduce((sum, { customdata }) => sum + (customdata[index] ?? 0), 0)).toBe(totalBytes);
          expect(table.rows[index]?.cells.at(-1)?.bytes).toBe(totalBytes);
        });
        expect(table.heads).toHaveLength(data.length + 2);
      }),
      { numRuns: 50 },
    );
  });

  it('show every label as text', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { data, layout } = poolsFigure(all, { ...DEFAULT_STYLE, title: '<b>x</b>' });
        const texts = [
          ...data.flatMap(({ name, hovertext }) => [name, ...hovertext]),
          ...(layout.yaxis as { readonly ticktext: readonly string[] }).ticktext,
          (layout.title as { readonly text: string }).text,
        ];
        for (const text of texts) {
          expect(text.replaceAll('<br>', '')).not.toMatch(/[<>]/);
        }
      }),
      { numRuns: 50 },
    );
  });
});
