import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import kleur from 'kleur';
import { bar } from './bar.js';
import type { Column } from './column.js';
import type { Marks } from './marks.js';
import { printable } from './printable.js';

/** Blanks between columns. */
const GAP = 2;

/** Narrower than this, bars say nothing; wider, they only push the eye away. */
const BAR_WIDTH = { minimum: 8, maximum: 24 } as const;

/** A bar at the end of each row, where the terminal has room for it. */
export interface Bars<Row> {
  /** Length of a row's bar, from 0 to 1. */
  readonly fraction: (row: Row) => number;
  readonly paint: (text: string, row: Row) => string;
  readonly marks: Marks;
}

/** Narrower than this, a column of names cannot be read any more. */
const MIN_NAME_WIDTH = 16;

/**
 * A table for people, without borders: names in the first column wrap where the terminal is narrow; where even that
 * is not enough, each row becomes a short list of its own. Widths are those of the terminal's cells, of which a CJK
 * character or an emoji takes two.
 *
 * @param width of the terminal, in cells.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  bars?: Bars<Row>,
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index] ?? ''))),
  );
  const [names = 0, ...others] = widths;
  const room = width - others.reduce((sum, other) => sum + other + GAP, 0);
  const painted = cells.map((texts, index) =>
    texts.map((text, column) => paint(columns[column], text, rows[index])),
  );
  if (room < Math.min(MIN_NAME_WIDTH, names)) {
    return renderRecords(columns, painted, width);
  }
  const barWidth = Math.min(room - names - GAP, BAR_WIDTH.maximum);
  const drawn =
    bars === undefined || barWidth < BAR_WIDTH.minimum
      ? painted
      : painted.map((texts, index) => [...texts, ...barOf(bars, rows[index], barWidth)]);
  return renderGrid(columns, drawn, [Math.min(names, room), ...others]);
}

function barOf<Row>(
  { fraction, paint, marks }: Bars<Row>,
  row: Row | undefined,
  width: number,
): readonly string[] {
  return row === undefined ? [] : [paint(bar(fraction(row), width, marks), row)];
}

function paint<Row>(column: Column<Row> | undefined, text: string, row: Row | undefined): string {
  return column?.paint === undefined || row === undefined || text === '' ? text : column.paint(text, row);
}

function renderGrid<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  widths: readonly number[],
): string {
  const titles = columns.map(({ title }) => kleur.dim(title));
  return [titles, ...cells]
    .flatMap(([name = '', ...values]) => {
      const lines = wrapAnsi(name, widths[0] ?? 0, { hard: true }).split('\n');
      return lines.map((line, index) =>
        [line, ...(index === 0 ? values : [])]
          .map((text, column) => aligned(text, widths[column] ?? 0, columns[column]?.align))
          .join(' '.repeat(GAP))
          .trimEnd(),
      );
    })
    .join('\n');
}

function renderRecords<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
): string {
  const titleWidth = Math.max(...columns.slice(1).map(({ title }) => stringWidth(title)));
  return cells
    .map(([name = '', ...values]) =>
      [
        wrapAnsi(kleur.bold(name), width, { hard: true }),
        ...values.map((value, index) =>
          `  ${kleur.dim(aligned(columns[index + 1]?.title ?? '', titleWidth, 'left'))}  ${value}`.trimEnd(),
        ),
      ].join('\n'),
    )
    .join('\n');
}

function aligned(text: string, width: number, align: Column<never>['align'] | undefined): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? blanks + text : text + blanks;
}
