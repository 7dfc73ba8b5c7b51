import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/render/column.js';
import { renderCsv } from '../../src/render/csv.js';
import { renderMarkdown } from '../../src/render/markdown.js';

const columns: readonly Column<{ readonly name: string }>[] = [
  { title: 'model', align: 'left', cell: ({ name }) => name },
  { title: 'length', align: 'right', cell: ({ name }) => String(name.length) },
];

describe('CSV', () => {
  it('quotes what has commas and quotes', () => {
    expect(renderCsv(columns, [{ name: 'a,"b"' }])).toBe('model,length\n"a,""b""",5\n');
  });

  it.each(['=cmd()', '+1', '-1', '@x'])('does not let a spreadsheet run %s', (name) => {
    expect(renderCsv(columns, [{ name }]).split('\n')[1]).toBe(`'${name},${name.length}`);
  });
});

describe('Markdown', () => {
  it('shows names as text, whatever they contain', () => {
    expect(renderMarkdown(columns, [{ name: 'a|b<script>*c*' }]).split('\n')[2]).toBe(
      String.raw`| a\|b\<script\>\*c\* |     14 |`,
    );
  });

  it('aligns columns', () => {
    expect(renderMarkdown(columns, [{ name: 'a' }]).split('\n')[1]).toBe('| :---- | -----: |');
  });
});
