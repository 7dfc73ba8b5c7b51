import { contextFigure, type FigureStyle, type Sweep } from '@kv/core';
import { renderJson } from '../render/json.js';
import type { BrowserFormat } from './browser-exports.js';
import type { PlotlySource } from './html-page.js';
import { type Output, writeOutputs } from './outputs.js';

/** What a figure can be written as. */
export const FIGURE_FORMATS = ['html', 'pdf', 'png', 'svg', 'json'] as const;

export type FigureFormat = (typeof FIGURE_FORMATS)[number];

/** A figure to write, and how. */
export interface FigureExport {
  readonly sweep: Sweep;
  readonly style: FigureStyle;
  readonly plotly: PlotlySource;
  /** A browser to use instead of the one that is found. */
  readonly browser: string | undefined;
  readonly onUnpack: () => void;
}

/**
 * Writes the figure to all outputs. Nothing is written before everything is drawn, and each file appears whole, so a
 * failure damages no file that was there.
 *
 * @throws InputError where a file cannot be written, MissingBrowserError where a format needs a browser and none works.
 */
export async function writeFigure(
  outputs: readonly Output<FigureFormat>[],
  item: FigureExport,
): Promise<void> {
  await writeOutputs(outputs, await contentsOf(new Set(outputs.map(({ format }) => format)), item));
}

async function contentsOf(
  formats: ReadonlySet<FigureFormat>,
  { sweep, style, plotly, browser, onUnpack }: FigureExport,
): Promise<ReadonlyMap<FigureFormat, string | Uint8Array>> {
  const contents = new Map<FigureFormat, string | Uint8Array>();
  const figure = contextFigure(sweep, style);
  if (formats.has('json')) {
    contents.set('json', renderJson(figure));
  }
  if (formats.has('html')) {
    const { figureHtml } = await import('./html.js');
    contents.set('html', await figureHtml(sweep, style, plotly));
  }
  const drawn = new Set(
    [...formats].filter((format): format is BrowserFormat => format !== 'json' && format !== 'html'),
  );
  if (drawn.size > 0) {
    const { drawFigure } = await import('./browser-exports.js');
    for (const [format, bytes] of await drawFigure(figure, drawn, browser, onUnpack)) {
      contents.set(format, bytes);
    }
  }
  return contents;
}
