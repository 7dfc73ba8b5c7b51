import type { BrowserRequest } from '@kv/browser';
import { contextFigure, type Figure, type FigureStyle, type Sweep } from '@kv/core';
import { renderJson } from '../render/json.js';
import type { BrowserFormat } from './browser-exports.js';
import type { PlotlySource } from './html-page.js';
import type { Output } from './outputs.js';

/** What a figure can be written as. */
export const FIGURE_FORMATS = ['html', 'pdf', 'png', 'svg', 'json'] as const;

export type FigureFormat = (typeof FIGURE_FORMATS)[number];

/** A figure to write, and how. */
export interface FigureExport {
  readonly sweep: Sweep;
  readonly style: FigureStyle;
  readonly plotly: PlotlySource;
  readonly browser: BrowserRequest;
}

/**
 * Writes the figure to all outputs. Nothing is written before everything is drawn, and each file appears whole, so a
 * failure damages no file that was there.
 *
 * @throws InputError where a file cannot be written, MissingError where the disk is full, MissingBrowserError where a
 *   format needs a browser and none works.
 */
export async function writeFigure(
  outputs: readonly Output<FigureFormat>[],
  item: FigureExport,
): Promise<void> {
  const contents = await contentsOf(new Set(outputs.map(({ format }) => format)), item);
  const { writeFiles } = await import('./write-files.js');
  await writeFiles(outputs.map(({ path, format }) => ({ path, content: contents.get(format) ?? '' })));
}

async function contentsOf(
  formats: ReadonlySet<FigureFormat>,
  { sweep, style, plotly, browser }: FigureExport,
): Promise<ReadonlyMap<FigureFormat, string | Uint8Array>> {
  const figure = contextFigure(sweep, style);
  const drawnFormats = new Set(
    [...formats].filter((format): format is BrowserFormat => format !== 'json' && format !== 'html'),
  );
  // The rest is made while the browser starts.
  const [drawn, html] = await Promise.all([
    drawnFormats.size === 0 ? new Map<FigureFormat, Uint8Array>() : draw(figure, drawnFormats, browser),
    formats.has('html') ? page(sweep, style, plotly) : '',
  ]);
  return new Map<FigureFormat, string | Uint8Array>([...drawn, ['html', html], ['json', renderJson(figure)]]);
}

async function draw(
  figure: Figure,
  formats: ReadonlySet<BrowserFormat>,
  browser: BrowserRequest,
): Promise<ReadonlyMap<FigureFormat, Uint8Array>> {
  const { drawFigure } = await import('./browser-exports.js');
  return drawFigure(figure, formats, browser);
}

async function page(sweep: Sweep, style: FigureStyle, plotly: PlotlySource): Promise<string> {
  const { figureHtml } = await import('./html.js');
  return figureHtml(sweep, style, plotly);
}
