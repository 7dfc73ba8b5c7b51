import { formatRatio, savingAgainst } from './compare.js';
import type { Sweep } from './sweep.js';
import { type ByteUnits, formatBytes, formatTokens } from './units.js';

/** The numbers of a figure as a table: a row for each context length, a column for each series. */
export interface FigureTable {
  readonly caption: string;
  /** Titles of the columns: the context's, then each series' label. */
  readonly heads: readonly string[];
  readonly rows: readonly FigureTableRow[];
}

/** One context length and what each series takes there. */
export interface FigureTableRow {
  readonly head: string;
  readonly cells: readonly FigureTableCell[];
}

/** A size for people, how many times smaller than the first series it is (empty for that one), and its exact bytes. */
export interface FigureTableCell {
  readonly size: string;
  readonly ratio: string;
  readonly bytes: number;
}

/** The table that belongs to a sweep's figure. All texts are plain, labels as they were given. */
export function figureTable({ contextLengths, series }: Sweep, units: ByteUnits): FigureTable {
  const [reference] = series;
  return {
    caption: `Total KV cache at each context length, and how many times smaller than ${reference?.label ?? ''}`,
    heads: ['Context (tokens)', ...series.map(({ label }) => label)],
    rows: contextLengths.map((contextLength, index) => ({
      head: formatTokens(contextLength),
      cells: series.map(({ totalBytes }, column) => {
        const bytes = totalBytes[index] ?? 0;
        const ratio = formatRatio(savingAgainst(reference?.totalBytes[index] ?? 0, bytes));
        return { size: formatBytes(bytes, units), ratio: column === 0 ? '' : ratio, bytes };
      }),
    })),
  };
}
