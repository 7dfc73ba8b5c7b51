import type { Output } from '../export/outputs.js';
import { writeFiles } from '../export/write-files.js';
import { comparisonJson } from '../render/allocation.js';
import { renderJson } from '../render/json.js';
import { type ComparedRow, comparisonColumns } from '../render/summary.js';
import { withProgress } from '../terminal/progress.js';
import { reportOf } from './report.js';

/** What a comparison can be written as. */
export const REPORT_FORMATS = ['csv', 'json', 'md', 'html', 'pdf'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

/**
 * Writes a comparison to all outputs; nothing is written before everything is made.
 *
 * @param command the command line that makes it, for the reader.
 * @param executable a browser to use instead of the one that is found, for a PDF.
 * @throws InputError where a file cannot be written, MissingError where the disk is full, MissingBrowserError where a
 *   PDF needs a browser and none works.
 */
export async function writeReport(
  outputs: readonly Output<ReportFormat>[],
  rows: readonly ComparedRow[],
  command: string,
  executable: string | undefined,
): Promise<void> {
  const contents = new Map<ReportFormat, string | Uint8Array>();
  await withProgress(`Writing ${outputs.map(({ path }) => path).join(', ')}`, async (say) => {
    for (const format of new Set(outputs.map((output) => output.format))) {
      contents.set(
        format,
        await contentOf(format, rows, command, {
          executable,
          onUnpack: () => say('Unpacking the embedded browser, once'),
        }),
      );
    }
    await writeFiles(outputs.map(({ path, format }) => ({ path, content: contents.get(format) ?? '' })));
  });
}

async function contentOf(
  format: ReportFormat,
  rows: readonly ComparedRow[],
  command: string,
  browser: { readonly executable: string | undefined; readonly onUnpack: () => void },
): Promise<string | Uint8Array> {
  switch (format) {
    case 'csv': {
      const { renderCsv } = await import('../render/csv.js');
      return renderCsv(comparisonColumns('csv'), rows);
    }
    case 'json':
      return renderJson(comparisonJson(rows));
    case 'md': {
      const { reportMarkdown } = await import('./markdown.js');
      return reportMarkdown(reportOf(rows, command));
    }
    case 'html': {
      const { reportHtml } = await import('./html.js');
      return reportHtml(reportOf(rows, command));
    }
    case 'pdf': {
      const [{ reportHtml }, { reportPdf }] = await Promise.all([import('./html.js'), import('./pdf.js')]);
      const report = reportOf(rows, command);
      return reportPdf(await reportHtml(report), report.title, browser);
    }
  }
}
