import { type ByteUnits, formatBytes, formatTokens, type Sweep } from '@kv/core';
import stringWidth from 'fast-string-width';
import type { Marks } from '../terminal/marks.js';

/** How a chart is drawn. */
export interface ChartStyle {
  /** Of the whole chart, in cells of the terminal. */
  readonly width: number;
  /** Of the area with the lines, in lines of the terminal. */
  readonly height: number;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly units: ByteUnits;
  readonly marks: Marks;
  /** Colours the part of the chart that belongs to a series. */
  readonly paint: (text: string, series: number) => string;
}

/** The letter that stands for a series at the end of its line; series beyond the alphabets share the last sign. */
export function seriesMark(index: number): string {
  return 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[index] ?? '*';
}

/** A cell of the plane: the braille dots or the mark in it, and whose line it is. */
interface Cell {
  readonly dots: number;
  readonly series: number;
}

/** Dots of a braille character from its upper left, by column and row, as bits above U+2800 (Unicode 16.0, Braille Patterns). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

const AXES = {
  unicode: { side: '│', tick: '┤', corner: '└', foot: '─', footTick: '┬' },
  ascii: { side: '|', tick: '+', corner: '+', foot: '-', footTick: '+' },
} as const;

/**
 * Memory against context length as a line chart of characters: braille dots, or the series' letters where there is
 * only ASCII. The letter of each series stands at the right end of its line.
 */
export function chart({ contextLengths, series }: Sweep, style: ChartStyle): string {
  const { height, logX, logY, units, marks, paint } = style;
  const totals = series.flatMap(({ totalBytes }) => Array.from(totalBytes));
  const top = Math.max(...totals, 1);
  const smallest = Math.min(...totals.filter((bytes) => bytes > 0), top);
  const bottom = logY ? (smallest < top ? smallest : top / 2) : 0;
  const labels = Array.from({ length: height }, (_, row) =>
    row % TICK_ROWS === 0 || row === height - 1
      ? formatBytes(Math.round(valueAt(1 - row / (height - 1), bottom, top, logY)), units)
      : '',
  );
  const labelWidth = Math.max(...labels.map((label) => stringWidth(label)));
  const width = Math.max(10, style.width - labelWidth - 3 - series.length);
  const [first = 1] = contextLengths;
  const last = contextLengths.at(-1) ?? first;
  const across = (tokens: number) => (first === last ? 1 : fractionOf(tokens, first, last, logX));
  const up = (bytes: number) =>
    logY && bytes === 0 ? 0 : Math.max(0, Math.min(1, fractionOf(bytes, bottom, top, logY)));
  const plane = Array.from({ length: height }, () => Array<Cell | undefined>(width).fill(undefined));
  const ends = Array.from({ length: height }, () => [] as number[]);
  // The first series is the reference, so it is drawn last and seen where lines meet.
  for (const [index, { totalBytes }] of [...series.entries()].reverse()) {
    const points = contextLengths.map((tokens, point) => ({
      x: across(tokens),
      y: up(totalBytes[point] ?? 0),
    }));
    drawLine(plane, points, index);
    ends[rowOf(points.at(-1)?.y ?? 0, height)]?.unshift(index);
  }
  const axis = AXES[marks];
  const lines = plane.map((cells, row) => {
    const label = (labels[row] ?? '').padStart(labelWidth);
    const drawn = cells.map((cell) =>
      cell === undefined
        ? ' '
        : paint(
            marks === 'unicode' ? String.fromCodePoint(0x2800 + cell.dots) : seriesMark(cell.series),
            cell.series,
          ),
    );
    const names = (ends[row] ?? []).map((index) => paint(seriesMark(index), index)).join('');
    return `${label} ${labels[row] === '' ? axis.side : axis.tick}${drawn.join('')} ${names}`.trimEnd();
  });
  return [...lines, ...footOf(contextLengths, across, width, labelWidth, axis)].join('\n');
}

/** Lines of the terminal for each label of the memory axis. */
const TICK_ROWS = 3;

function valueAt(fraction: number, low: number, high: number, log: boolean): number {
  return log ? low * (high / low) ** fraction : low + (high - low) * fraction;
}

function fractionOf(value: number, low: number, high: number, log: boolean): number {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

function rowOf(y: number, height: number): number {
  return Math.round((1 - y) * (height - 1));
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Dots along the straight lines between points, four rows and two columns of dots in each cell. */
function drawLine(plane: (Cell | undefined)[][], points: readonly Point[], series: number): void {
  const columns = (plane[0]?.length ?? 1) * 2;
  const rows = plane.length * 4;
  const dot = (x: number, y: number) => {
    const [column, row] = [Math.round(x * (columns - 1)), Math.round((1 - y) * (rows - 1))];
    const line = plane[row >> 2];
    const old = line?.[column >> 1];
    const bit = DOTS[column & 1]?.[row & 3] ?? 0;
    if (line !== undefined) {
      line[column >> 1] = { dots: (old?.dots ?? 0) | bit, series };
    }
  };
  points.forEach((point, index) => {
    const from = points[index - 1] ?? point;
    const steps = Math.ceil(
      Math.max(Math.abs(point.x - from.x) * columns, Math.abs(point.y - from.y) * rows, 1),
    );
    for (let step = 0; step <= steps; step++) {
      const part = step / steps;
      dot(from.x + (point.x - from.x) * part, from.y + (point.y - from.y) * part);
    }
  });
}

/** The context axis: a line with ticks, and below it as many lengths as there is room for, the longest always. */
function footOf(
  lengths: readonly number[],
  across: (tokens: number) => number,
  width: number,
  labelWidth: number,
  axis: (typeof AXES)[Marks],
): readonly string[] {
  const foot = Array<string>(width).fill(axis.foot);
  const texts = Array<string>(width + labelWidth + 2).fill(' ');
  let free = texts.length;
  for (const tokens of [...lengths].reverse()) {
    const column = Math.round(across(tokens) * (width - 1));
    const text = formatTokens(tokens);
    const start = Math.min(labelWidth + 2 + column - Math.floor(text.length / 2), texts.length - text.length);
    if (start + text.length < free || free === texts.length) {
      foot[column] = axis.footTick;
      texts.splice(start, text.length, ...text);
      free = start;
    }
  }
  return [`${' '.repeat(labelWidth + 1)}${axis.corner}${foot.join('')}`, texts.join('').trimEnd()];
}
