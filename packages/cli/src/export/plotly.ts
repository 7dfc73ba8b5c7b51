import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The Plotly that figures are drawn with, on this machine's disk and on a CDN. */
export interface Plotly {
  readonly path: string;
  readonly address: string;
}

/** Plotly, as far as pages use it. */
export interface PlotlyInPage {
  newPlot(element: string, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(element: string, options: unknown): Promise<string>;
}

/** Lines, bars and pies: a quarter of the whole library, and a browser reads it in a quarter of the time. */
const PACKAGE = 'plotly.js-basic-dist-min';
const FILE = 'plotly-basic.min.js';

/** Finds Plotly without loading it. */
export async function findPlotly(): Promise<Plotly> {
  const path = createRequire(import.meta.url).resolve(`${PACKAGE}/${FILE}`);
  const { version } = JSON.parse(await readFile(join(dirname(path), 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return { path, address: `https://cdn.jsdelivr.net/npm/${PACKAGE}@${version}/${FILE}` };
}
