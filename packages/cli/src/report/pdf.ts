import { type BrowserRequest, openPage } from '@kv/browser';
import { escapeHtml } from '../export/escape-html.js';
import type { PlotlyInPage } from '../export/plotly.js';
import { PRINT_WIDTH } from './html.js';

interface FigureData {
  readonly [id: string]: { readonly wide: { readonly data: unknown; readonly layout: object } };
}

/**
 * A report's HTML as a PDF of A4 pages, numbered, with its figures as vectors.
 *
 * @throws MissingBrowserError where no browser works.
 */
export async function reportPdf(html: string, title: string, request: BrowserRequest): Promise<Uint8Array> {
  const page = await openPage(request);
  try {
    await page.show(html);
    await page.send('Emulation.setEmulatedMedia', { media: 'print' });
    await page.evaluate(async (width) => {
      const { Plotly } = globalThis as unknown as { readonly Plotly: PlotlyInPage };
      const figures = JSON.parse(document.getElementById('figure-data')?.textContent ?? '{}') as FigureData;
      await document.fonts.ready;
      for (const [id, { wide }] of Object.entries(figures)) {
        await Plotly.newPlot(id, wide.data, { ...wide.layout, width }, { staticPlot: true });
      }
    }, PRINT_WIDTH);
    const { data } = await page.send('Page.printToPDF', {
      ...{ preferCSSPageSize: true, printBackground: true },
      ...{ generateTaggedPDF: true, generateDocumentOutline: true },
      ...{ displayHeaderFooter: true, headerTemplate: '<span></span>', footerTemplate: footer(title) },
    });
    return Buffer.from(data, 'base64');
  } finally {
    // What is printed need not wait for the browser's end; the process does.
    void page.close();
  }
}

function footer(title: string): string {
  return `<div style="width: 100%; padding: 0 14mm; display: flex; justify-content: space-between; font: 7px 'Open Sans', verdana, arial, sans-serif; color: #57606a"><span>${escapeHtml(title)}</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`;
}
