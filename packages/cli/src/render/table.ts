import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import kleur from 'kleur';
import type { Marks } from '../terminal/marks.js';
import { printable } from '../terminal/printable.js';
import { bar } from './bar.js';
import type { Column } from './column.js';

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
  const cells = rows.map((row) => columns.map((column) => cellOf(column, row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index]?.text ?? ''))),
  );
  const [names = 0, ...others] = widths;
  const room = width - others.reduce((sum, other) => sum + other + GAP, 0);
  if (room < Math.min(MIN_NAME_WIDTH, names)) {
    return renderRecords(columns, cells, width);
  }
  const barWidth = Math.min(room - names - GAP, BAR_WIDTH.maximum);
  const hasBars = bars !== undefined && barWidth >= BAR_WIDTH.minimum;
  const withBars = cells.map((row, index) =>
    hasBars ? [...row, ...barOf(bars, rows[index], barWidth)] : row,
  );
  return renderGrid(columns, withBars, [Math.min(names, room), ...others]);
}

/** A text, and what gives each line of it its colour. */
interface Cell {
  readonly text: string;
  readonly paint: (text: string) => string;
}

function cellOf<Row>({ cell, paint }: Column<Row>, row: Row): Cell {
  return { text: printable(cell(row)), paint: (text) => (paint === undefined ? text : paint(text, row)) };
}

function barOf<Row>(
  { fraction, paint, marks }: Bars<Row>,
  row: Row | undefined,
  width: number,
): readonly Cell[] {
  return row === undefined
    ? []
    : [{ text: bar(fraction(row), width, marks), paint: (text) => paint(text, row) }];
}

function renderGrid<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly Cell[])[],
  widths: readonly number[],
): string {
  const titles = columns.map(({ title }): Cell => ({ text: title, paint: (text) => kleur.dim(text) }));
  return [titles, ...cells]
    .flatMap(([name, ...values]) =>
      wrapName(name?.text ?? '', widths[0] ?? 0).map((text, index) =>
        [{ text, paint: name?.paint }, ...(index === 0 ? values : [])]
          .map((cell, column) => aligned(cell, widths[column] ?? 0, columns[column]?.align))
          .join(' '.repeat(GAP))
          .trimEnd(),
      ),
    )
    .join('\n');
}

function renderRecords<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly Cell[])[],
  width: number,
): string {
  const titles = columns.slice(1).map(({ title }) => title);
  const titleWidth = Math.max(...titles.map((title) => stringWidth(title)));
  return cells
    .flatMap(([name, ...values]) => [
      ...wrapName(name?.text ?? '', width).map((line) => kleur.bold(line)),
      ...values.map(({ text, paint }, index) => {
        const title = aligned({ text: titles[index] ?? '', paint: kleur.dim }, titleWidth, 'left');
        return `  ${title}  ${paint(text)}`.trimEnd();
      }),
    ])
    .join('\n');
}

/** A name in lines, broken where a part of it ends (`org/model-8B`) if it can be, else where the line is full. */
function wrapName(name: string, width: number): readonly string[] {
  const lines = [''];
  for (const part of name.match(/[^\s/_-]*[\s/_-]*/gu) ?? []) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && stringWidth(last + part.trimEnd()) > width) {
      lines.push(part);
    } else {
      lines[lines.length - 1] = last + part;
    }
  }
  return lines.flatMap((line) => wrapAnsi(line.trimEnd(), width, { hard: true }).split('\n'));
}

function aligned(
  { text, paint = (plain) => plain }: { readonly text: string; readonly paint?: Cell['paint'] | undefined },
  width: number,
  align: Column<never>['align'] | undefined,
): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  const painted = text === '' ? '' : paint(text);
  return align === 'right' ? blanks + painted : painted + blanks;
}
