import {
  type ByteUnits,
  type FigureStyle,
  formatBytes,
  formatFraction,
  formatRatio,
  formatTokens,
  type Saving,
  type Series,
  type Sweep,
  savingAgainst,
} from '@kv/core';
import stringWidth from 'fast-string-width';
import kleur from 'kleur';
import type { Marks } from '../terminal/marks.js';
import { chart, seriesMark } from './chart.js';
import type { Column } from './column.js';
import { paintSaving } from './comparison.js';
import { renderTable } from './table.js';

/** Lines of the terminal that the chart's plane takes. */
const CHART_HEIGHT = 13;

/** Wider than this, lines are no easier to read. */
const MAX_CHART_WIDTH = 100;

/** One series at one context length, against the first series there. */
export interface SweepRow {
  readonly label: string;
  readonly contextLength: number;
  readonly bytes: number;
  readonly saving: Saving;
}

/** Every series at every length, against the first series at the same length. */
export function sweepRows({ contextLengths, series }: Sweep): readonly SweepRow[] {
  return series.flatMap(({ label, totalBytes }) =>
    contextLengths.map((contextLength, index) => {
      const bytes = totalBytes[index] ?? 0;
      const saving = savingAgainst(series[0]?.totalBytes[index] ?? 0, bytes);
      return { label, contextLength, bytes, saving };
    }),
  );
}

/** A sweep in a terminal: the lines, whose they are and where they end, and the numbers where there is room for them. */
export function renderSweep(
  sweep: Sweep,
  { logX, logY, units }: Pick<FigureStyle, 'logX' | 'logY' | 'units'>,
  marks: Marks,
  width: number,
): string {
  const numbers = numbersTable(sweep, units);
  const numbersFit = Math.max(...numbers.split('\n').map((line) => stringWidth(line))) <= width;
  return [
    chart(sweep, {
      ...{ logX, logY, units, marks, height: CHART_HEIGHT },
      width: Math.min(width, MAX_CHART_WIDTH),
      paint: paintSeries,
    }),
    renderLegend(sweep, units, marks, width),
    ...(numbersFit ? [numbers] : []),
  ].join('\n\n');
}

interface LegendRow extends Series {
  readonly index: number;
  readonly bytes: number;
  readonly saving: Saving;
}

function renderLegend(
  { contextLengths, series }: Sweep,
  units: ByteUnits,
  marks: Marks,
  width: number,
): string {
  const last = contextLengths.length - 1;
  const rows = series.map((item, index): LegendRow => {
    const bytes = item.totalBytes[last] ?? 0;
    return { ...item, index, bytes, saving: savingAgainst(series[0]?.totalBytes[last] ?? 0, bytes) };
  });
  const largest = Math.max(...rows.map(({ bytes }) => bytes));
  const columns: readonly Column<LegendRow>[] = [
    {
      title: 'Series',
      align: 'left',
      cell: ({ index, label }) => `${seriesMark(index)}  ${label}`,
      paint: (text, { index }) => paintSeries(text, index),
    },
    {
      title: `At ${formatTokens(contextLengths[last] ?? 0)}`,
      align: 'right',
      cell: ({ bytes }) => formatBytes(bytes, units),
      paint: (text) => kleur.bold(text),
    },
    { title: 'Smaller', align: 'right', cell: ({ saving }) => formatRatio(saving), paint: paintSaving },
    { title: 'Saved', align: 'right', cell: ({ saving }) => formatFraction(saving), paint: paintSaving },
  ];
  return renderTable(columns, rows, width, {
    marks,
    fraction: ({ bytes }) => bytes / (largest || 1),
    paint: (text, { index }) => paintSeries(text, index),
  });
}

interface LengthRow {
  readonly contextLength: number;
  readonly sizes: readonly number[];
}

/** A row for each length, a column for each series under its letter. */
function numbersTable({ contextLengths, series }: Sweep, units: ByteUnits): string {
  const columns: readonly Column<LengthRow>[] = [
    { title: 'Context', align: 'right', cell: ({ contextLength }) => formatTokens(contextLength) },
    ...series.map(
      (_, index): Column<LengthRow> => ({
        title: seriesMark(index),
        align: 'right',
        cell: ({ sizes }) => formatBytes(sizes[index] ?? 0, units),
        paint: (text) => paintSeries(text, index),
      }),
    ),
  ];
  const rows = contextLengths.map((contextLength, index) => ({
    contextLength,
    sizes: series.map(({ totalBytes }) => totalBytes[index] ?? 0),
  }));
  return renderTable(columns, rows, Number.POSITIVE_INFINITY);
}

const SERIES_COLOURS = [
  kleur.cyan,
  kleur.yellow,
  kleur.green,
  kleur.magenta,
  kleur.blue,
  kleur.red,
  kleur.white,
];

function paintSeries(text: string, index: number): string {
  return SERIES_COLOURS[index % SERIES_COLOURS.length]?.(text) ?? text;
}
