import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type LaunchRequest, launchBrowser } from '@kv/browser';
import { escapeHtml } from '../export/escape-html.js';
import { PRINT_WIDTH } from './html.js';

/** Plotly, as far as it is asked to draw again. */
interface PlotlyInPage {
  newPlot(element: string, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

interface FigureData {
  readonly [id: string]: { readonly wide: { readonly data: unknown; readonly layout: object } };
}

/**
 * A report's HTML as a PDF of A4 pages, numbered, with its figures as vectors.
 *
 * @throws MissingBrowserError where no browser works.
 */
export async function reportPdf(
  html: string,
  title: string,
  request: Pick<LaunchRequest, 'executable' | 'onUnpack'>,
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'kv-report-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  try {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const { browser, close } = await launchBrowser({ ...request, url: pathToFileURL(file).href });
    try {
      const page = browser.contexts()[0]?.pages()[0] ?? (await browser.newPage());
      await page.setViewportSize({ width: PRINT_WIDTH, height: 900 });
      await page.emulateMedia({ media: 'print' });
      await page.waitForLoadState('load');
      await page.evaluate(async (width) => {
        const { Plotly } = globalThis as unknown as { readonly Plotly: PlotlyInPage };
        const figures = JSON.parse(document.getElementById('figure-data')?.textContent ?? '{}') as FigureData;
        await document.fonts.ready;
        for (const [id, { wide }] of Object.entries(figures)) {
          await Plotly.newPlot(id, wide.data, { ...wide.layout, width }, { staticPlot: true });
        }
      }, PRINT_WIDTH);
      return await page.pdf({
        ...{ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true },
        ...{ displayHeaderFooter: true, headerTemplate: '<span></span>', footerTemplate: footer(title) },
      });
    } finally {
      await close();
    }
  } finally {
    removeFolder();
    process.off('exit', removeFolder);
  }
}

function footer(title: string): string {
  return `<div style="width: 100%; padding: 0 14mm; display: flex; justify-content: space-between; font: 7px 'Open Sans', verdana, arial, sans-serif; color: #57606a"><span>${escapeHtml(title)}</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`;
}
