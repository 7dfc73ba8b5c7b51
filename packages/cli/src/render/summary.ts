import {
  type Allocation,
  type Compared,
  formatBytes,
  formatFraction,
  formatRatio,
  formatTokens,
} from '@kv/core';
import type { CliCase } from '../cases.js';
import { print } from '../terminal/terminal.js';
import type { Column } from './column.js';

/** One model or design with what it takes. */
export type SummaryRow = CliCase & { readonly allocation: Allocation };

/** A summary row measured against the first one. */
export type ComparedRow = CliCase & Compared;

/** Columns for machines (exact bytes) or for people (rounded), one row for each model or design. */
export function summaryColumns(format: 'csv' | 'markdown'): readonly Column<SummaryRow>[] {
  const size = (bytes: (allocation: Allocation) => number) => (row: SummaryRow) =>
    format === 'csv' ? String(bytes(row.allocation)) : formatBytes(bytes(row.allocation));
  const tokens = (count: number) => (format === 'csv' ? String(count) : formatTokens(count));
  return [
    { title: 'model', align: 'left', cell: ({ label }) => label },
    { title: 'engine', align: 'left', cell: ({ allocation }) => allocation.engine },
    { title: 'context', align: 'right', cell: ({ workload }) => tokens(workload.contextLength) },
    { title: 'sequences', align: 'right', cell: ({ workload }) => String(workload.numSequences) },
    { title: 'key dtype', align: 'left', cell: ({ workload }) => workload.keyDtype },
    { title: 'value dtype', align: 'left', cell: ({ workload }) => workload.valueDtype },
    {
      title: format === 'csv' ? 'total bytes' : 'total',
      align: 'right',
      cell: size(({ totalBytes }) => totalBytes),
    },
    {
      title: format === 'csv' ? 'bytes per device' : 'per device',
      align: 'right',
      cell: size(({ perDeviceBytes }) => perDeviceBytes),
    },
    {
      title: format === 'csv' ? 'bytes per token' : 'per token',
      align: 'right',
      cell: size(({ bytesPerToken }) => bytesPerToken),
    },
  ];
}

/** The summary's columns, then how much smaller each row is than the first. */
export function comparisonColumns(format: 'csv' | 'markdown'): readonly Column<ComparedRow>[] {
  return [...summaryColumns(format), ...savingColumns<ComparedRow>()];
}

/** How much smaller a row is than the first. */
export function savingColumns<Row extends Pick<ComparedRow, 'saving'>>(): readonly Column<Row>[] {
  return [
    { title: 'ratio', align: 'right', cell: ({ saving }) => formatRatio(saving) },
    { title: 'saved', align: 'right', cell: ({ saving }) => formatFraction(saving) },
  ];
}

/** Prints rows as CSV or Markdown; the library for each is loaded only here. */
export async function printSummary<Row>(
  format: 'csv' | 'markdown',
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  if (format === 'csv') {
    const { renderCsv } = await import('./csv.js');
    print(renderCsv(columns, rows));
  } else {
    const { renderMarkdown } = await import('./markdown.js');
    print(renderMarkdown(columns, rows));
  }
}
