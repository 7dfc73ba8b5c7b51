import { compare, formatBytes, type KnobTexts } from '@kv/core';
import { casesFor } from '../cases.js';
import type { FormatOptions, WorkloadOptions } from '../options.js';
import { allocationJson } from '../render/allocation.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { type ComparedRow, comparisonColumns, printSummary, savingColumns } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { print, terminalWidth, warningLines } from '../render/terminal.js';

/** `kv compare`: several models or designs, each measured against the first. */
export async function compareCommand(
  models: readonly string[],
  options: KnobTexts & WorkloadOptions & FormatOptions,
): Promise<void> {
  const format = formatOf(options);
  const rows: readonly ComparedRow[] = compare(await casesFor(models, options));
  switch (format) {
    case 'json':
      print(renderJson({ rows: rows.map(rowJson) }));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(format, comparisonColumns(format), rows);
      return;
    case 'text':
      print(renderTable(COLUMNS, rows, terminalWidth()));
      print(
        warningLines(
          rows.flatMap(({ label, allocation }) => allocation.warnings.map((text) => `${label}: ${text}`)),
        ).join('\n'),
      );
  }
}

const COLUMNS: readonly Column<ComparedRow>[] = [
  { title: 'Model', align: 'left', cell: ({ label }) => label },
  { title: 'Engine', align: 'left', cell: ({ allocation }) => allocation.engine },
  { title: 'KV cache', align: 'right', cell: ({ allocation }) => formatBytes(allocation.totalBytes) },
  { title: 'Per token', align: 'right', cell: ({ allocation }) => formatBytes(allocation.bytesPerToken) },
  ...savingColumns<ComparedRow>().map((column) => ({
    ...column,
    title: column.title === 'ratio' ? 'Smaller' : 'Saved',
  })),
];

function rowJson(row: ComparedRow): Record<string, unknown> {
  const { ratio, fraction } = row.saving;
  return {
    label: row.label,
    ...allocationJson(row, row.allocation),
    ratio: Number.isFinite(ratio) ? ratio : null,
    savings: fraction,
  };
}
