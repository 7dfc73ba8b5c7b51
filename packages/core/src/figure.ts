import type { Sweep } from './sweep.js';
import { type ByteUnits, formatBytes, formatTokens } from './units.js';

/** How a figure looks. */
export interface FigureStyle {
  readonly title: string;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Units of the memory axis: GB (10^9 bytes) or GiB (2^30). */
  readonly units: ByteUnits;
  readonly theme: 'light' | 'dark';
  /** Room for the figure: a narrow one, as on a phone, has its legend below and fewer labels. */
  readonly size: 'wide' | 'narrow';
}

/** Below this width, in CSS pixels, a figure should be drawn as a narrow one. */
export const NARROW_WIDTH = 640;

/** The title of the teaching script's figure. */
export const SEED_TITLE = 'KV-cache vs Context Length — MHA vs GQA (multi-group)';

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
  readonly mode: 'lines+markers';
  readonly name: string;
  /** Context lengths in tokens. */
  readonly x: readonly number[];
  /** Memory in GB or GiB, as the axis says. */
  readonly y: readonly number[];
  /** Memory in bytes, exact. */
  readonly customdata: readonly number[];
  readonly text: readonly string[];
  readonly hovertemplate: string;
  readonly line: { readonly color: string; readonly width: number };
  readonly marker: { readonly symbol: string; readonly size: number };
}

/** A figure as plain Plotly JSON, for `Plotly.newPlot(element, figure.data, figure.layout, FIGURE_CONFIG)`. */
export interface Figure {
  readonly data: readonly FigureTrace[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/**
 * How Plotly shows a figure: nothing that would send it anywhere, and no tool that means nothing for it. Plotly 4 offers
 * to upload charts to its maker's cloud by default.
 */
export const FIGURE_CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: '',
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
} as const;

/** Colours that people with colour vision deficiencies can tell apart (Okabe and Ito, 2008), each with a marker of its own. */
const STROKES = [
  { color: '#0072b2', symbol: 'circle' },
  { color: '#d55e00', symbol: 'square' },
  { color: '#009e73', symbol: 'diamond' },
  { color: '#cc79a7', symbol: 'triangle-up' },
  { color: '#e69f00', symbol: 'triangle-down' },
  { color: '#56b4e9', symbol: 'cross' },
  { color: '#8c6bb1', symbol: 'x' },
  { color: '#7f7f7f', symbol: 'star' },
] as const;

const THEMES = {
  light: { paper: '#ffffff', ink: '#1f2328', grid: '#e4e7eb' },
  dark: { paper: '#0d1117', ink: '#e6edf3', grid: '#30363d' },
} as const;

/** What fits into a figure; more labels than `ticks` would overlap on an axis. */
const ROOMS = {
  wide: {
    ...{ titleSize: 18, textSize: 13, ticks: 12 },
    margin: { l: 70, r: 30, t: 60, b: 72 },
    legend: { x: 0.02, y: 0.98 },
  },
  narrow: {
    ...{ titleSize: 13, textSize: 12, ticks: 6 },
    margin: { l: 50, r: 12, t: 64, b: 50 },
    legend: { x: 0, y: -0.3 },
  },
} as const;

/** The font of every figure; exports embed it where the system has none. */
export const FIGURE_FONT = '"Open Sans", verdana, arial, sans-serif';

/** Memory against context length, one line for each series. Labels and title are shown as text, whatever they contain. */
export function contextFigure({ contextLengths, series }: Sweep, style: FigureStyle = DEFAULT_STYLE): Figure {
  const theme = THEMES[style.theme];
  const room = ROOMS[style.size];
  const unitBytes = style.units === 'decimal' ? 1e9 : 2 ** 30;
  const unitName = style.units === 'decimal' ? 'GB' : 'GiB';
  const data = series.map(({ label, totalBytes }, index): FigureTrace => {
    const bytes = Array.from(totalBytes);
    const { color, symbol } = STROKES[index % STROKES.length] ?? STROKES[0];
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: escapeText(label),
      x: contextLengths,
      y: bytes.map((value) => value / unitBytes),
      customdata: bytes,
      text: bytes.map((value) => formatBytes(value, style.units)),
      hovertemplate: '%{x:,} tokens: <b>%{text}</b> (%{customdata:,} bytes)<extra>%{fullData.name}</extra>',
      line: { color, width: 2 },
      marker: { symbol, size: 7 },
    };
  });
  const axis = {
    gridcolor: theme.grid,
    linecolor: theme.ink,
    showline: true,
    ticks: 'outside',
    tickcolor: theme.ink,
    zeroline: false,
    automargin: true,
  };
  return {
    data,
    layout: {
      title: {
        text: escapeText(style.title),
        font: { size: room.titleSize },
        ...{ x: 0.5, xanchor: 'center', y: 1, yref: 'paper', yanchor: 'bottom', pad: { b: 14 } },
      },
      font: { family: FIGURE_FONT, size: room.textSize, color: theme.ink },
      paper_bgcolor: theme.paper,
      plot_bgcolor: theme.paper,
      margin: room.margin,
      hovermode: 'closest',
      showlegend: true,
      legend: {
        ...room.legend,
        xanchor: 'left',
        yanchor: 'top',
        bgcolor: theme.paper,
        bordercolor: theme.grid,
        borderwidth: 1,
      },
      xaxis: {
        ...axis,
        type: style.logX ? 'log' : 'linear',
        title: { text: style.logX ? 'context_length (log scale)' : 'context_length' },
        ...(style.logX ? lengthTicks(contextLengths, room.ticks) : {}),
      },
      yaxis: {
        ...axis,
        type: style.logY ? 'log' : 'linear',
        title: { text: `Total KV cache (${unitName})${style.logY ? ' (log scale)' : ''}` },
        ...(style.logY ? {} : { rangemode: 'tozero' }),
      },
    },
  };
}

function lengthTicks(
  contextLengths: readonly number[],
  maximum: number,
): {
  readonly tickvals: readonly number[];
  readonly ticktext: readonly string[];
} {
  const lengths = [...new Set(contextLengths)].sort((one, other) => one - other);
  const step = Math.ceil(lengths.length / maximum);
  const tickvals = lengths.filter((_, index) => (lengths.length - 1 - index) % step === 0);
  return { tickvals, ticktext: tickvals.map(formatTokens) };
}

/** Plotly reads some HTML in texts; names come from configs that nobody vetted. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
