import fc from 'fast-check';
import stringWidth from 'fast-string-width';
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

  it('lines numbers up beside names of wide characters', () => {
    const characters = fc.constantFrom(...'通义千问한국어🦙🫠é', '👨‍👩‍👧', 'a');
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: characters, minLength: 1, maxLength: 30 }), { minLength: 1 }),
        fc.integer({ min: 40, max: 120 }),
        (names, width) => {
          const rows = names.map((name) => ({ name, size: '1 B' }));
          const lines = renderTable(columns, rows, width).split('\n');
          const numbers = lines.filter((line) => line.endsWith('1 B'));
          expect(numbers).toHaveLength(names.length);
          expect(new Set(numbers.map((line) => stringWidth(line))).size).toBe(1);
          expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('ends in bars where there is room for them, and has none where there is not', () => {
    const rows = [
      { name: 'a', size: '1 B' },
      { name: 'b', size: '2 B' },
    ];
    const bars = {
      fraction: ({ size }: Row) => (size === '1 B' ? 0.5 : 1),
      ...{ paint: (text: string) => text, marks: 'ascii' as const },
    };
    expect(renderTable(columns, rows, 80, bars).split('\n').slice(1)).toEqual([
      `a           1 B  ${'#'.repeat(12)}`,
      `b           2 B  ${'#'.repeat(24)}`,
    ]);
    expect(renderTable(columns, rows, 24, bars)).toBe(renderTable(columns, rows, 24));
  });

  it('breaks a name where a part of it ends', () => {
    const rows = [{ name: 'nvidia/Qwen3.5-122B-A10B-NVFP4', size: '1023 MiB' }];
    expect(renderTable(columns, rows, 30).split('\n')).toEqual([
      'Model                 KV cache',
      'nvidia/Qwen3.5-122B-  1023 MiB',
      'A10B-NVFP4',
    ]);
  });

  it('becomes a list where the terminal is too narrow for columns', () => {
    const rows = [{ name: 'a-model-with-a-long-name', size: '1023 MiB' }];
    expect(renderTable(columns, rows, 20).split('\n')).toEqual([
      'a-model-with-a-long-',
      'name',
      '  KV cache  1023 MiB',
    ]);
  });
});
