import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/render/column.js';
import { renderTable } from '../../src/render/table.js';

interface Row {
  readonly name: string;
  readonly size: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'Model', align: 'left', cell: ({ name }) => name },
  { title: 'KV cache', align: 'right', cell: ({ size }) => size },
];

const word = fc.string({ unit: fc.constantFrom(...'abcdefghij-/.0123456789'), minLength: 1, maxLength: 60 });

describe('a table', () => {
  it('is never wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: word, size: fc.constantFrom('1.00 GiB', '1023 MiB') }), { minLength: 1 }),
        fc.integer({ min: 40, max: 200 }),
        (rows, width) => {
          const lines = renderTable(columns, rows, width).split('\n');
          expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(width, 60));
        },
      ),
    );
  });

  it('shows every name whole, over several lines where need be', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 30, max: 100 }),
        (names, width) => {
          const rows = names.map((name) => ({ name, size: '!' }));
          const shown = renderTable([columns[0] as Column<Row>], rows, width).replaceAll(/\s/g, '');
          expect(shown).toBe(`Model${names.join('')}`);
        },
      ),
    );
  });

  it('lines numbers up on the right', () => {
    const rows = [
      { name: 'a', size: '1 B' },
      { name: 'b', size: '1023 MiB' },
    ];
    expect(renderTable(columns, rows, 80).split('\n')).toEqual([
      'Model  KV cache',
      'a           1 B',
      'b      1023 MiB',
    ]);
  });

  it('becomes a list where the terminal is too narrow for columns', () => {
    const rows = [{ name: 'a-model-with-a-long-name', size: '1023 MiB' }];
    expect(renderTable(columns, rows, 20).split('\n')).toEqual([
      'a-model-with-a-long-name',
      '  KV cache  1023 MiB',
    ]);
  });
});
