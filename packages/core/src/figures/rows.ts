import { baseAxis, escapeText, type FigureStyle, THEMES } from './style.js';

/** Bars that lie in rows, as Plotly takes them. */
export interface RowBars {
  readonly type: 'bar';
  readonly orientation: 'h';
  readonly name: string;
  readonly x: readonly number[];
  /** The row's place, from 0. */
  readonly y: readonly number[];
  readonly hovertext: readonly string[];
  readonly hoverinfo: 'text';
}

/** Bars that touch others of their row, with a thin line between them. */
export interface TouchingBars extends RowBars {
  readonly marker: {
    readonly color: string;
    readonly line: { readonly color: string; readonly width: number };
  };
}

/** What all bars in rows have in common. */
export const ROW_BARS = { type: 'bar', orientation: 'h', hoverinfo: 'text' } as const;

/** The marker of bars that touch others, on a figure of some style. */
export function touching(color: string, { theme }: FigureStyle): TouchingBars['marker'] {
  return { color, line: { color: THEMES[theme].paper, width: 1 } };
}

/** Characters of a label in one line. */
const LABEL_WIDTH = { wide: 26, narrow: 13 } as const;

/** An axis of labels from top to bottom, the first at 0; equal labels stay apart. */
export function rowAxis(labels: readonly string[], style: FigureStyle): Readonly<Record<string, unknown>> {
  return {
    ...baseAxis(style),
    showgrid: false,
    ticks: '',
    tickvals: labels.map((_, index) => index),
    ticktext: labels.map((label) => wrapped(label, LABEL_WIDTH[style.size])),
    range: [labels.length - 0.5, -0.5],
    fixedrange: true,
  };
}

/** A label in lines of at most that many characters, broken after spaces, hyphens and slashes where there are any. */
function wrapped(label: string, width: number): string {
  const pieces = label.match(/[^\s/-]{1,12}[\s/-]*|[\s/-]+/gu) ?? [];
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + piece.trimEnd().length <= width) {
      lines[lines.length - 1] = last + piece;
    } else {
      lines.push(piece);
    }
  }
  return lines.map((line) => `${escapeText(line.trimEnd())} `).join('<br>');
}
