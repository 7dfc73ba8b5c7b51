import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The Plotly that figures are drawn with, on this machine's disk. */
export interface Plotly {
  readonly path: string;
  readonly version: string;
}

/** Finds Plotly without loading it. */
export async function findPlotly(): Promise<Plotly> {
  const path = createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js');
  const { version } = JSON.parse(await readFile(join(dirname(path), 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return { path, version };
}
