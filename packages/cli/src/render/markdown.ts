import { markdownTable } from 'markdown-table';
import type { Column } from './column.js';
import { printable } from './printable.js';

/** Rows as a Markdown table; names are shown as text, whatever they contain. */
export function renderMarkdown<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const table = markdownTable(
    [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => escaped(cell(row))))],
    { align: columns.map(({ align }) => align) },
  );
  return `${table}\n`;
}

function escaped(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>|&]/g, '\\$&');
}
