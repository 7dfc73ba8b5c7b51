import type { BatchGrid } from '../estimate/batch-grid.js';
import { type ByteUnits, formatBytes, formatTokens } from '../text/units.js';
import { lengthTicks } from './context.js';
import {
  baseAxis,
  baseLayout,
  escapeText,
  type Figure,
  type FigureStyle,
  legendBelow,
  ROOMS,
  strokeAt,
} from './style.js';
import { type FigureTable, sizeCell } from './table.js';

/** Where a memory size is full: the most sequences that fit at each of the grid's context lengths, 0 for none. */
export interface CapacityContour {
  readonly label: string;
  readonly numSequences: readonly number[];
}

/** The cells of the map. Both axes count places in the grid, so that cells are equally large. */
export interface BatchMapTrace {
  readonly type: 'heatmap';
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Decimal logarithm of the bytes; null where there is no number. */
  readonly z: readonly (readonly (number | null)[])[];
  readonly text: readonly (readonly string[])[];
  readonly texttemplate?: string;
  readonly hovertext: readonly (readonly string[])[];
  readonly hoverinfo: 'text';
  readonly colorscale: string;
  readonly reversescale: boolean;
  readonly xgap: number;
  readonly ygap: number;
  /** Its bar of colours would need a style attribute, which the page's Content-Security-Policy does not allow. */
  readonly showscale: false;
}

/** A capacity's line over the map. */
export interface BatchContourTrace {
  readonly type: 'scatter';
  readonly mode: 'lines';
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly text: readonly string[];
  readonly hovertemplate: string;
  readonly line: { readonly color: string; readonly width: number; readonly dash: string };
}

/** Memory over sequences and context length as a map, with a line for each capacity below which everything fits. */
export function batchFigure(
  grid: BatchGrid,
  contours: readonly CapacityContour[],
  style: FigureStyle,
): Figure<BatchMapTrace | BatchContourTrace> {
  const { contextLengths, numSequences } = grid;
  const room = ROOMS[style.size];
  const { tickvals, ticktext } = lengthTicks(contextLengths, room.ticks);
  const axis = { ...baseAxis(style), showgrid: false };
  return {
    data: [mapTrace(grid, style), ...contours.map((contour, index) => contourTrace(grid, contour, index))],
    layout: {
      ...baseLayout(style),
      legend: legendBelow(style),
      showlegend: contours.length > 0,
      xaxis: {
        ...axis,
        title: { text: 'context_length' },
        tickvals: tickvals.map((length) => contextLengths.indexOf(length)),
        ticktext,
        range: [-0.5, contextLengths.length - 0.5],
      },
      yaxis: {
        ...axis,
        title: { text: 'Sequences' },
        tickvals: numSequences.map((_, index) => index),
        ticktext: numSequences.map(String),
        range: [-0.5, numSequences.length - 0.5],
      },
    },
  };
}

function mapTrace(
  { contextLengths, numSequences, totalBytes }: BatchGrid,
  style: FigureStyle,
): BatchMapTrace {
  const rows = totalBytes.map((row) => Array.from(row));
  return {
    type: 'heatmap',
    x: contextLengths.map((_, index) => index),
    y: numSequences.map((_, index) => index),
    z: rows.map((row) => row.map((bytes) => (bytes > 0 ? Math.log10(bytes) : null))),
    text: rows.map((row) => row.map((bytes) => sizeOrNothing(bytes, style.units))),
    ...(style.size === 'wide' ? { texttemplate: '%{text}' } : {}),
    hovertext: rows.map((row, sequences) =>
      row.map(
        (bytes, length) =>
          `${numSequences[sequences]} x ${formatTokens(contextLengths[length] ?? 0)} tokens: ${sizeOrNothing(bytes, style.units) || 'not possible'}`,
      ),
    ),
    hoverinfo: 'text',
    colorscale: 'Cividis',
    reversescale: style.theme === 'light',
    xgap: 1,
    ygap: 1,
    showscale: false,
  };
}

/** Steps along the edges of cells: those below the line fit. */
function contourTrace(
  { numSequences }: BatchGrid,
  contour: CapacityContour,
  index: number,
): BatchContourTrace {
  const { color } = strokeAt(index + 1);
  const steps = contour.numSequences.flatMap((most, column) => {
    const y = numSequences.filter((count) => count <= most).length - 0.5;
    const text = `at most ${most.toLocaleString('en')} ${most === 1 ? 'sequence' : 'sequences'}`;
    return [column - 0.5, column + 0.5].map((x) => ({ x, y, text }));
  });
  return {
    type: 'scatter',
    mode: 'lines',
    name: escapeText(contour.label),
    x: steps.map(({ x }) => x),
    y: steps.map(({ y }) => y),
    text: steps.map(({ text }) => text),
    hovertemplate: '%{text}<extra>%{fullData.name}</extra>',
    line: { color, width: 4, dash: DASHES[index % DASHES.length] ?? 'solid' },
  };
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** The numbers of a map: a row for each number of sequences, a column for each context length. */
export function batchTable(
  { contextLengths, numSequences, totalBytes }: BatchGrid,
  contours: readonly CapacityContour[],
  units: ByteUnits,
): FigureTable {
  const nothing = { text: 'not possible', note: '' };
  return {
    caption: 'Total KV cache for each number of sequences and each context length in tokens',
    heads: ['Sequences', ...contextLengths.map(formatTokens)],
    rows: [
      ...numSequences.map((count, row) => ({
        head: String(count),
        cells: Array.from(totalBytes[row] ?? [], (bytes) =>
          Number.isNaN(bytes) ? nothing : sizeCell(bytes, units),
        ),
      })),
      ...contours.map((contour) => ({
        head: `Most on ${contour.label}`,
        cells: contour.numSequences.map((count) => ({ text: count.toLocaleString('en'), note: '' })),
      })),
    ],
  };
}

function sizeOrNothing(bytes: number, units: ByteUnits): string {
  return Number.isNaN(bytes) ? '' : formatBytes(bytes, units);
}
