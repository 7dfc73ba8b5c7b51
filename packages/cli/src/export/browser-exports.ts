import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type BrowserPage, type BrowserRequest, openPage } from '@kv/browser';
import type { Figure } from '@kv/core';
import { findPlotly, type PlotlyInPage } from './plotly.js';

/** What only a browser can make of a figure. */
export type BrowserFormat = 'pdf' | 'png' | 'svg';

/** The page is cut to the figure: 10 by 6.25 inches at 96 pixels an inch. */
const SIZE = { width: 960, height: 600 } as const;
const PIXELS_PER_INCH = 96;

/** Pixels of a PNG for each of the figure's. */
const PNG_SCALE = 2;

/**
 * The figure in each of the formats, drawn once, in one browser.
 *
 * @throws MissingBrowserError where no browser works.
 */
export async function drawFigure(
  figure: Figure,
  formats: ReadonlySet<BrowserFormat>,
  request: BrowserRequest,
): Promise<ReadonlyMap<BrowserFormat, Uint8Array>> {
  const page = await openPage(request);
  try {
    await page.show(await drawingPage());
    await page.evaluate(async ({ data, layout }) => {
      const { Plotly } = globalThis as unknown as { readonly Plotly: PlotlyInPage };
      await document.fonts.load('16px "Open Sans"');
      await Plotly.newPlot('figure', data, layout, { staticPlot: true });
      await document.fonts.ready;
    }, figure);
    const results = new Map<BrowserFormat, Uint8Array>();
    for (const format of formats) {
      results.set(format, await EXPORTS[format](page));
    }
    return results;
  } finally {
    // What is drawn need not wait for the browser's end; the process does.
    void page.close();
  }
}

/**
 * An empty page with Plotly and the figure's font, both from this machine's disk: a `file:` script is read and parsed
 * faster than one that is sent to the page, and an embedded font makes the result the same on every machine.
 */
async function drawingPage(): Promise<string> {
  const { path } = await findPlotly();
  const fonts = createRequire(import.meta.url).resolve('@fontsource/open-sans/400.css');
  return `<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="${pathToFileURL(fonts)}">
<style>
@page { size: ${SIZE.width}px ${SIZE.height}px; margin: 0; }
html, body { margin: 0; overflow: hidden; }
#figure { width: ${SIZE.width}px; height: ${SIZE.height}px; }
</style>
<div id="figure"></div>
<script src="${pathToFileURL(path)}"></script>
`;
}

const EXPORTS: Readonly<Record<BrowserFormat, (page: BrowserPage) => Promise<Uint8Array>>> = {
  pdf: async (page) => {
    const { data } = await page.send('Page.printToPDF', {
      paperWidth: SIZE.width / PIXELS_PER_INCH,
      paperHeight: SIZE.height / PIXELS_PER_INCH,
      ...{ marginTop: 0, marginBottom: 0, marginLeft: 0, marginRight: 0 },
      printBackground: true,
      pageRanges: '1',
    });
    return Buffer.from(data, 'base64');
  },
  png: async (page) => {
    const clip = { x: 0, y: 0, ...SIZE, scale: PNG_SCALE };
    const { data } = await page.send('Page.captureScreenshot', {
      ...{ format: 'png', clip, captureBeyondViewport: true },
    });
    return Buffer.from(data, 'base64');
  },
  svg: async (page) => {
    const address = await page.evaluate(async (size) => {
      const { Plotly } = globalThis as unknown as { readonly Plotly: PlotlyInPage };
      return Plotly.toImage('figure', { format: 'svg', ...size });
    }, SIZE);
    return Buffer.from(decodeURIComponent(address.slice(address.indexOf(',') + 1)));
  },
};
