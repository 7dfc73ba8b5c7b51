import { stringify } from 'csv-stringify/sync';
import { printable } from '../terminal/printable.js';
import type { Column } from './column.js';

/** Rows as CSV (RFC 4180); texts that a spreadsheet would run as a formula are quoted. */
export function renderCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return stringify(
    rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
    { header: true, columns: columns.map(({ title }) => title), escape_formulas: true },
  );
}
