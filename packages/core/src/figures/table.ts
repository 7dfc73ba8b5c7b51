import { formatRatio, savingAgainst } from '../estimate/compare.js';
import type { Sweep } from '../estimate/sweep.js';
import { type ByteUnits, formatBytes, formatTokens } from '../text/units.js';

/** The numbers of a figure as a table. All texts are plain, labels as they were given. */
export interface FigureTable {
  readonly caption: string;
  /** Titles of the columns, that of the rows' heads first. */
  readonly heads: readonly string[];
  readonly rows: readonly FigureTableRow[];
}

export interface FigureTableRow {
  readonly head: string;
  /** The number that the head stands for, where it is one. */
  readonly number?: number;
  readonly cells: readonly FigureTableCell[];
}

export interface FigureTableCell {
  /** For people: a size, a count, a name. */
  readonly text: string;
  /** What is said beside it, such as a ratio; empty where there is nothing to say. */
  readonly note: string;
  /** The exact number of bytes, where the text is a size. */
  readonly bytes?: number;
}

/** A cell that holds a size. */
export function sizeCell(bytes: number, units: ByteUnits, note = ''): FigureTableCell {
  return { text: formatBytes(bytes, units), note, bytes };
}

/**
 * The table that belongs to a sweep's figure: a row for each context length, a column for each series, with how many
 * times smaller than the first series it is.
 */
export function figureTable({ contextLengths, series }: Sweep, units: ByteUnits): FigureTable {
  const [reference] = series;
  return {
    caption: `Total KV cache at each context length, and how many times smaller than ${reference?.label ?? ''}`,
    heads: ['Context (tokens)', ...series.map(({ label }) => label)],
    rows: contextLengths.map((contextLength, index) => ({
      head: formatTokens(contextLength),
      number: contextLength,
      cells: series.map(({ totalBytes }, column) => {
        const bytes = totalBytes[index] ?? 0;
        const ratio = formatRatio(savingAgainst(reference?.totalBytes[index] ?? 0, bytes));
        return sizeCell(bytes, units, column === 0 ? '' : ratio);
      }),
    })),
  };
}
