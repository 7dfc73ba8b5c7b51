import Table from 'cli-table3';
import kleur from 'kleur';
import type { Column } from './column.js';
import { printable } from './printable.js';

/** Blanks between columns. */
const GAP = 2;

/** Narrower than this, a column of names cannot be read any more. */
const MIN_NAME_WIDTH = 16;

/**
 * A table for people, without borders: names in the first column wrap where the terminal is narrow; where even that
 * is not enough, each row becomes a short list of its own.
 *
 * @param width of the terminal, in characters.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): string {
  const [names, ...others] = columns;
  if (names === undefined) {
    return '';
  }
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const widthOf = (index: number) =>
    Math.max(columns[index]?.title.length ?? 0, ...cells.map((row) => row[index]?.length ?? 0)) + GAP;
  const othersWidth = others.reduce((sum, _, index) => sum + widthOf(index + 1), 0);
  const namesWidth = Math.min(widthOf(0), width - othersWidth);
  return namesWidth < Math.min(MIN_NAME_WIDTH, widthOf(0))
    ? renderRecords(columns, cells)
    : renderGrid(columns, cells, [namesWidth, ...others.map((_, index) => widthOf(index + 1))]);
}

const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

function renderGrid<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  widths: readonly number[],
): string {
  const table = new Table({
    head: columns.map(({ title }) => kleur.dim(title)),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
    colWidths: [...widths],
    colAligns: columns.map(({ align }) => align),
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  table.push(...cells.map((row) => [...row]));
  return trimLines(table.toString());
}

function renderRecords<Row>(columns: readonly Column<Row>[], cells: readonly (readonly string[])[]): string {
  const titleWidth = Math.max(...columns.slice(1).map(({ title }) => title.length));
  return cells
    .map(([name, ...values]) =>
      [
        kleur.bold(name ?? ''),
        ...values.map(
          (value, index) => `  ${kleur.dim((columns[index + 1]?.title ?? '').padEnd(titleWidth))}  ${value}`,
        ),
      ].join('\n'),
    )
    .join('\n');
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
