import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from '@kv/browser';
import type { Figure } from '@kv/core';
import type { Page } from 'playwright';
import { findPlotly } from './plotly.js';

/** What only a browser can make of a figure. */
export type BrowserFormat = 'pdf' | 'png' | 'svg';

/** The page is cut to the figure: 10 by 6.25 inches at 96 pixels an inch. */
const SIZE = { width: 960, height: 600 } as const;

/** Pixels of a PNG for each of the figure's. */
const PNG_SCALE = 2;

/** Plotly, as far as the page uses it. */
interface PlotlyInPage {
  newPlot(element: string, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(element: string, options: unknown): Promise<string>;
}

/**
 * The figure in each of the formats, drawn once, in one browser.
 *
 * @param executable a browser to use instead of the one that is found.
 * @throws MissingBrowserError where no browser works.
 */
export async function drawFigure(
  figure: Figure,
  formats: ReadonlySet<BrowserFormat>,
  executable: string | undefined,
  onUnpack: () => void,
): Promise<ReadonlyMap<BrowserFormat, Uint8Array>> {
  const folder = mkdtempSync(join(tmpdir(), 'kv-figure-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  try {
    const { browser, close } = await launchBrowser({
      executable,
      onUnpack,
      url: await drawingPage(folder),
    });
    try {
      const page = browser.contexts()[0]?.pages()[0] ?? (await browser.newPage());
      await draw(page, figure);
      const results = new Map<BrowserFormat, Uint8Array>();
      for (const format of formats) {
        results.set(format, await EXPORTS[format](page));
      }
      return results;
    } finally {
      await close();
    }
  } finally {
    removeFolder();
    process.off('exit', removeFolder);
  }
}

/**
 * An empty page with Plotly and the figure's font, both from this machine's disk: a `file:` script is read and parsed
 * faster than one that is sent to the page, and an embedded font makes the result the same on every machine.
 */
async function drawingPage(folder: string): Promise<string> {
  const { path } = await findPlotly();
  const fonts = createRequire(import.meta.url).resolve('@fontsource/open-sans/400.css');
  const page = join(folder, 'figure.html');
  writeFileSync(
    page,
    `<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="${pathToFileURL(fonts)}">
<style>
@page { size: ${SIZE.width}px ${SIZE.height}px; margin: 0; }
html, body { margin: 0; overflow: hidden; }
#figure { width: ${SIZE.width}px; height: ${SIZE.height}px; }
</style>
<div id="figure"></div>
<script src="${pathToFileURL(path)}"></script>
`,
  );
  return pathToFileURL(page).href;
}

async function draw(page: Page, figure: Figure): Promise<void> {
  await page.setViewportSize(SIZE);
  await page.waitForLoadState('load');
  await page.evaluate(async ({ data, layout }) => {
    const { Plotly } = globalThis as unknown as { readonly Plotly: PlotlyInPage };
    await document.fonts.load('16px "Open Sans"', document.title);
    await Plotly.newPlot('figure', data, layout, { staticPlot: true });
    await document.fonts.ready;
  }, figure);
}

const EXPORTS: Readonly<Record<BrowserFormat, (page: Page) => Promise<Uint8Array>>> = {
  pdf: (page) =>
    page.pdf({
      width: `${SIZE.width}px`,
      height: `${SIZE.height}px`,
      printBackground: true,
      pageRanges: '1',
    }),
  png: async (page) => {
    // `page.screenshot` would have one pixel for each of the figure's.
    const session = await page.context().newCDPSession(page);
    const clip = { x: 0, y: 0, ...SIZE, scale: PNG_SCALE };
    const { data } = await session.send('Page.captureScreenshot', { format: 'png', clip });
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
