import { markdownTable } from 'markdown-table';
import { printable } from '../terminal/printable.js';
import type { Column } from './column.js';

/** Rows as a Markdown table; names are shown as text, whatever they contain. */
export function renderMarkdown<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const table = markdownTable(
    [
      columns.map(({ title }) => title),
      ...rows.map((row) => columns.map(({ cell }) => escapeMarkdown(cell(row)))),
    ],
    { align: columns.map(({ align }) => align) },
  );
  return `${table}\n`;
}

/** The text so that Markdown shows it as it is, in one line. */
export function escapeMarkdown(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>|&]/g, '\\$&');
}
