import { SEED_TITLE } from '../designs/seed-title.js';
import type { Sweep } from '../estimate/sweep.js';
import { formatBytes, formatTokens } from '../text/units.js';
import {
  baseAxis,
  baseLayout,
  escapeText,
  type Figure,
  type FigureStyle,
  legendBelow,
  memoryUnit,
  ROOMS,
  strokeAt,
  THEMES,
} from './style.js';
import { sizeTicks } from './ticks.js';

/** The teaching script's figure: memory in GB against a logarithmic context axis, on white. */
export const DEFAULT_STYLE: FigureStyle = {
  title: SEED_TITLE,
  logX: true,
  logY: false,
  units: 'decimal',
  theme: 'light',
  size: 'wide',
};

/** A line of a Plotly figure. */
export interface FigureTrace {
  readonly type: 'scatter';
  readonly mode: 'lines+markers' | 'lines';
  readonly name: string;
  /** Context lengths in tokens. */
  readonly x: readonly number[];
  /** Memory in GB or GiB, as the axis says. */
  readonly y: readonly number[];
  /** Memory in bytes, exact. */
  readonly customdata: readonly number[];
  readonly text: readonly string[];
  readonly hovertemplate: string;
  readonly line: { readonly color: string; readonly width: number; readonly dash?: string };
  readonly marker?: { readonly symbol: string; readonly size: number };
}

/** What is drawn into the figure beside its series. */
export interface ContextMarks {
  /** Memory to stay within, such as a GPU's: a dashed line across the figure for each. */
  readonly capacities?: readonly Capacity[];
  /** A context length in tokens to point out: a thin upright line. */
  readonly contextLength?: number;
}

/** Memory to stay within, and what it is: `H100 80 GB`. */
export interface Capacity {
  readonly label: string;
  readonly bytes: number;
}

/** Memory against context length, one line for each series. Labels and title are shown as text, whatever they contain. */
export function contextFigure(
  { contextLengths, series }: Sweep,
  style: FigureStyle = DEFAULT_STYLE,
  { capacities = [], contextLength }: ContextMarks = {},
): Figure<FigureTrace> {
  const theme = THEMES[style.theme];
  const unit = memoryUnit(style.units);
  const data = series.map(({ label, totalBytes }, index): FigureTrace => {
    const bytes = Array.from(totalBytes);
    const { color, symbol } = strokeAt(index);
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: escapeText(label),
      x: contextLengths,
      y: bytes.map((value) => value / unit.bytes),
      customdata: bytes,
      text: bytes.map((value) => formatBytes(value, style.units)),
      hovertemplate: '%{x:,} tokens: %{text} (%{customdata:,} bytes)<extra>%{fullData.name}</extra>',
      line: { color, width: 2 },
      marker: { symbol, size: 7 },
    };
  });
  const ends = [Math.min(...contextLengths), Math.max(...contextLengths)];
  const lines = capacities.map(
    ({ label, bytes }, index): FigureTrace => ({
      type: 'scatter',
      mode: 'lines',
      name: escapeText(label),
      x: ends,
      y: ends.map(() => bytes / unit.bytes),
      customdata: ends.map(() => bytes),
      text: ends.map(() => formatBytes(bytes, style.units)),
      hovertemplate: '%{text} (%{customdata:,} bytes)<extra>%{fullData.name}</extra>',
      line: { color: theme.muted, width: 1.5, dash: DASHES[index % DASHES.length] ?? 'dash' },
    }),
  );
  const axis = baseAxis(style);
  return {
    data: [...data, ...lines],
    layout: {
      ...baseLayout(style),
      xaxis: {
        ...axis,
        type: style.logX ? 'log' : 'linear',
        title: { text: style.logX ? 'context_length (log scale)' : 'context_length' },
        tickangle: 0,
        ...(style.logX ? lengthTicks(contextLengths, ROOMS[style.size].ticks) : {}),
      },
      yaxis: {
        ...axis,
        type: style.logY ? 'log' : 'linear',
        title: { text: `Total KV cache (${unit.name})${style.logY ? ' (log scale)' : ''}` },
        ...(style.logY ? ticksAround([...data, ...lines], style) : { rangemode: 'tozero' }),
      },
      // On logarithmic axes lines begin where the legend would be.
      ...(style.logY ? { legend: legendBelow(style) } : {}),
      ...(contextLength === undefined ? {} : { shapes: [uprightLine(contextLength, theme.muted)] }),
    },
  };
}

/** Labels that an axis has room for where they stand unevenly, for each of the most that it is given. */
const LABEL_ROOM = 1.6;

const DASHES = ['dash', 'dot', 'dashdot', 'longdash'] as const;

function uprightLine(x: number, color: string): Readonly<Record<string, unknown>> {
  return { type: 'line', x0: x, x1: x, y0: 0, y1: 1, yref: 'paper', line: { color, width: 1, dash: 'dot' } };
}

/**
 * Marks of a logarithmic context axis: the lengths that are drawn, or every so many of them where they are many, without
 * those whose labels would touch that of the next longer one.
 */
export function lengthTicks(
  contextLengths: readonly number[],
  maximum: number,
): {
  readonly tickvals: readonly number[];
  readonly ticktext: readonly string[];
} {
  const lengths = [...new Set(contextLengths)].sort((one, other) => one - other);
  const step = Math.ceil(lengths.length / maximum);
  const room = (Math.log(lengths.at(-1) ?? 1) - Math.log(lengths[0] ?? 1)) / (LABEL_ROOM * maximum);
  const tickvals: number[] = [];
  for (const length of lengths.filter((_, index) => (lengths.length - 1 - index) % step === 0).reverse()) {
    if (tickvals[0] === undefined || Math.log(tickvals[0]) - Math.log(length) >= room) {
      tickvals.unshift(length);
    }
  }
  return { tickvals, ticktext: tickvals.map(formatTokens) };
}

/** Marks that enclose all lines, as the axis does. */
function ticksAround(
  traces: readonly FigureTrace[],
  { units, size }: FigureStyle,
): ReturnType<typeof sizeTicks> {
  const sizes = traces.flatMap(({ customdata }) => customdata.filter((bytes) => bytes > 0));
  const base = units === 'decimal' ? 10 : 2;
  const power = (bytes: number, round: (exponent: number) => number) =>
    base ** round(Math.log10(bytes) / Math.log10(base));
  return sizeTicks(
    power(Math.min(...sizes), Math.floor),
    power(Math.max(...sizes), Math.ceil),
    units,
    ROOMS[size].ticks,
  );
}
