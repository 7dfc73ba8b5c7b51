import type { ByteUnits } from '../text/units.js';

/** How a figure looks. */
export interface FigureStyle {
  readonly title: string;
  /** A smaller line under the title: what is drawn, and for which use. */
  readonly subtitle?: string;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Units of the memory axis: GB (10^9 bytes) or GiB (2^30). */
  readonly units: ByteUnits;
  readonly theme: 'light' | 'dark';
  /** Room for the figure: a narrow one, as on a phone, has its legend below and fewer labels. */
  readonly size: 'wide' | 'narrow';
}

/** A figure as plain Plotly JSON, for `Plotly.newPlot(element, figure.data, figure.layout, FIGURE_CONFIG)`. */
export interface Figure<Trace = unknown> {
  readonly data: readonly Trace[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** Below this width, in CSS pixels, a figure should be drawn as a narrow one. */
export const NARROW_WIDTH = 640;

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

/** The font of every figure; exports embed it where the system has none. */
export const FIGURE_FONT = '"Open Sans", verdana, arial, sans-serif';

/** Colours that people with colour vision deficiencies can tell apart (Okabe and Ito, 2008), each with a marker of its own. */
export const STROKES = [
  { color: '#0072b2', symbol: 'circle' },
  { color: '#d55e00', symbol: 'square' },
  { color: '#009e73', symbol: 'diamond' },
  { color: '#cc79a7', symbol: 'triangle-up' },
  { color: '#e69f00', symbol: 'triangle-down' },
  { color: '#56b4e9', symbol: 'cross' },
  { color: '#8c6bb1', symbol: 'x' },
  { color: '#7f7f7f', symbol: 'star' },
] as const;

/** The colour and marker of the series at that place; they repeat after the last. */
export function strokeAt(index: number): (typeof STROKES)[number] {
  return STROKES[index % STROKES.length] ?? STROKES[0];
}

/** Colours of what is remembered, by the first word of a pool's name; the same in every figure. */
const KIND_COLORS: Readonly<Record<string, string>> = {
  full: '#0072b2',
  sliding: '#56b4e9',
  chunked: '#009e73',
  latent: '#cc79a7',
  compressed: '#8c6bb1',
  indexer: '#a6611a',
  recurrent: '#e69f00',
  cross: '#d55e00',
  shared: '#b8bec5',
  none: '#e4e7eb',
};

/** The colour of a kind of memory or of a pool, such as `sliding(1024)`. */
export function kindColor(name: string): string {
  const word = /[a-z]+/.exec(name)?.[0] ?? '';
  return (Object.hasOwn(KIND_COLORS, word) ? KIND_COLORS[word] : undefined) ?? '#7f7f7f';
}

/** Paper, text and lines of a theme. */
export const THEMES = {
  light: { paper: '#ffffff', ink: '#1f2328', muted: '#57606a', grid: '#e4e7eb' },
  dark: { paper: '#0d1117', ink: '#e6edf3', muted: '#9da7b3', grid: '#30363d' },
} as const;

/** Pixels between the title and what is below it. */
const TITLE_GAP = 14;

/** Of lines below each other, in their font's size: Plotly's own. */
const LINE_HEIGHT = 1.3;

/**
 * What fits into a figure: characters into a line of its title, labels onto an axis before they overlap. Sizes are in
 * pixels.
 */
export const ROOMS = {
  wide: {
    ...{ titleSize: 18, titleWidth: 90, textSize: 13, ticks: 12 },
    margin: { l: 70, r: 30, t: 60, b: 72 },
    legend: { x: 0.02, y: 0.98 },
  },
  narrow: {
    ...{ titleSize: 13, titleWidth: 46, textSize: 12, ticks: 6 },
    margin: { l: 50, r: 12, t: 64, b: 50 },
    legend: { x: 0, y: -0.3 },
  },
} as const;

/** The parts of a layout that every figure has. */
export function baseLayout(style: FigureStyle): Readonly<Record<string, unknown>> {
  const theme = THEMES[style.theme];
  const room = ROOMS[style.size];
  const { subtitle = '' } = style;
  const lines = wrapped(style.title, room.titleWidth);
  const below = subtitle === '' ? 0 : room.textSize * LINE_HEIGHT;
  const more = (lines.length - 1) * room.titleSize * LINE_HEIGHT;
  const subtitleFont = { size: room.textSize, color: theme.muted };
  return {
    title: {
      text: lines.map(escapeText).join('<br>'),
      font: { size: room.titleSize },
      ...{ x: 0.5, xanchor: 'center', y: 1, yref: 'paper', yanchor: 'bottom' },
      // Plotly hangs a subtitle below the first line.
      pad: { b: TITLE_GAP + below + (subtitle === '' ? 0 : more) },
      ...(subtitle === '' ? {} : { subtitle: { text: escapeText(subtitle), font: subtitleFont } }),
    },
    font: { family: FIGURE_FONT, size: room.textSize, color: theme.ink },
    paper_bgcolor: theme.paper,
    plot_bgcolor: theme.paper,
    margin: { ...room.margin, t: room.margin.t + below + more },
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
  };
}

/** A text in lines of at most so many characters, broken between words; a longer word has lines of its own. */
function wrapped(text: string, width: number): readonly string[] {
  if (text.length <= width) {
    return [text];
  }
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}

/** A legend at the bottom, below the axis and its title however many lines it has, for figures that fill their area. */
export function legendBelow(style: FigureStyle): Readonly<Record<string, unknown>> {
  return {
    ...{ x: 0, xanchor: 'left', y: 0, yref: 'container', yanchor: 'bottom' },
    orientation: 'h',
    traceorder: 'normal',
    bgcolor: THEMES[style.theme].paper,
    borderwidth: 0,
  };
}

/** An axis as every figure has it. */
export function baseAxis(style: FigureStyle): Readonly<Record<string, unknown>> {
  const theme = THEMES[style.theme];
  return {
    gridcolor: theme.grid,
    linecolor: theme.ink,
    showline: true,
    ticks: 'outside',
    tickcolor: theme.ink,
    zeroline: false,
    automargin: true,
  };
}

/** The unit of a memory axis: its name and its bytes. */
export function memoryUnit(units: ByteUnits): { readonly name: string; readonly bytes: number } {
  return units === 'decimal' ? { name: 'GB', bytes: 1e9 } : { name: 'GiB', bytes: 2 ** 30 };
}

/**
 * Plotly reads some HTML in texts; names come from configs that nobody vetted. Figures use `<br>` alone: what else there
 * is needs style attributes, which the page's Content-Security-Policy does not allow.
 */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
