import { describe, expect, it } from 'vitest';
import { DEFAULT_STYLE } from '../../src/figures/context.js';
import { savingsFigure, savingsTable } from '../../src/figures/savings.js';

const rows = [
  { label: 'a <b>', bytes: 1e9, multiHeadBytes: 4e9 },
  { label: 'c', bytes: 1e9, multiHeadBytes: undefined },
  { label: 'd', bytes: 2e9, multiHeadBytes: 1e9 },
];

describe('the savings against multi-head attention', () => {
  it('are bars in percent, with how many times smaller', () => {
    const { data, layout } = savingsFigure(rows, DEFAULT_STYLE);
    expect(data.map(({ x, text }) => [...x, ...text])).toEqual([
      [75, '4.00x less, 75.0%'],
      [0, 'not known'],
      [-100, '2.00x more, -100.0%'],
    ]);
    expect(data[0]?.name).toBe('a &lt;b&gt;');
    expect(layout.xaxis).toMatchObject({ range: [-100, 100] });
  });

  it('are a table that does not guess what is not known', () => {
    const table = savingsTable(rows, 'decimal');
    expect(table.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['1.00 GB', '4.00 GB', '4.00x', '75.0%'],
      ['1.00 GB', 'not known', 'not known', 'not known'],
      ['2.00 GB', '1.00 GB', '0.50x', '-100.0%'],
    ]);
  });
});
