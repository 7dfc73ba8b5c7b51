import { formatBytes } from '@kv/core';
import kleur from 'kleur';
import { terminalMarks } from '../terminal/marks.js';
import { printable } from '../terminal/printable.js';
import { terminalWidth, warningLines } from '../terminal/terminal.js';
import type { Column } from './column.js';
import { type ComparedRow, savingColumns } from './summary.js';
import { renderTable } from './table.js';

/** A comparison for people: a table with bars where a terminal shows it, then what to know about the numbers. */
export function renderComparison(rows: readonly ComparedRow[]): readonly string[] {
  const marks = terminalMarks();
  const largest = Math.max(...rows.map(({ allocation }) => allocation.totalBytes));
  const bars = marks && {
    ...{ marks, paint: paintSaving },
    fraction: ({ allocation }: ComparedRow) => allocation.totalBytes / (largest || 1),
  };
  return [
    renderTable(columnsFor(rows), rows, terminalWidth(), bars),
    ...dtypeLines(rows),
    ...warningLines(
      rows.flatMap(({ label, allocation }) => allocation.warnings.map((text) => `${label}: ${text}`)),
    ),
  ];
}

/** The dtype has a column where rows differ in it. */
function columnsFor(rows: readonly ComparedRow[]): readonly Column<ComparedRow>[] {
  return differInDtype(rows) ? [...NAMES, DTYPE, ...SIZES] : [...NAMES, ...SIZES];
}

/** Why each dtype is what it is, where rows differ in it. */
function dtypeLines(rows: readonly ComparedRow[]): readonly string[] {
  const lines = rows.flatMap(({ workload, settled: { reasons } }) =>
    (['keyDtype', 'valueDtype'] as const).map((key) =>
      kleur.dim(`${workload[key]}: ${printable(reasons[key])}`),
    ),
  );
  return differInDtype(rows) ? [...new Set(lines)] : [];
}

function differInDtype(rows: readonly ComparedRow[]): boolean {
  return new Set(rows.map(dtypeText)).size > 1;
}

function dtypeText({ workload: { keyDtype, valueDtype } }: ComparedRow): string {
  return keyDtype === valueDtype ? keyDtype : `${keyDtype} / ${valueDtype}`;
}

const NAMES: readonly Column<ComparedRow>[] = [
  { title: 'Model', align: 'left', cell: ({ label }) => label },
  {
    title: 'Engine',
    align: 'left',
    cell: ({ allocation }) => allocation.engine,
    paint: (text) => kleur.dim(text),
  },
];

const DTYPE: Column<ComparedRow> = { title: 'Dtype', align: 'left', cell: dtypeText };

const SIZES: readonly Column<ComparedRow>[] = [
  {
    title: 'KV cache',
    align: 'right',
    cell: ({ allocation }) => formatBytes(allocation.totalBytes),
    paint: (text) => kleur.bold(text),
  },
  { title: 'Per token', align: 'right', cell: ({ allocation }) => formatBytes(allocation.bytesPerToken) },
  ...savingColumns<ComparedRow>().map((column) => ({
    ...column,
    title: column.title === 'ratio' ? 'Smaller' : 'Saved',
    paint: paintSaving,
  })),
];

/** Green is less memory than the first row takes, red is more. */
export function paintSaving(text: string, { saving }: Pick<ComparedRow, 'saving'>): string {
  if (saving.fraction === 0) {
    return text;
  }
  return saving.fraction > 0 ? kleur.green(text) : kleur.red(text);
}
