import { compare } from '@kv/core';
import { casesFor } from '../cases.js';
import type { DeploymentOptions } from '../deployments.js';
import { outputsOf } from '../export/outputs.js';
import type { FormatOptions } from '../flags/options.js';
import { comparisonJson } from '../render/allocation.js';
import { renderComparison } from '../render/comparison.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { type ComparedRow, comparisonColumns, printSummary } from '../render/summary.js';
import { REPORT_FORMATS, writeReport } from '../report/write-report.js';
import { note, print, printLines } from '../terminal/terminal.js';

/** What `kv compare` understands beside geometry, workload and format. */
export interface CompareOptions {
  readonly out?: readonly string[];
  readonly browser?: string;
}

/** `kv compare`: several models or designs, each measured against the first. */
export async function compareCommand(
  models: readonly string[],
  options: CompareOptions & DeploymentOptions & FormatOptions,
): Promise<void> {
  const format = formatOf(options);
  const outputs = outputsOf(options.out ?? [], REPORT_FORMATS, models);
  const rows: readonly ComparedRow[] = compare(await casesFor(models, options));
  if (outputs.length > 0) {
    const browser = options.browser ?? process.env.KV_BROWSER;
    await writeReport(outputs, rows, commandLine(process.argv.slice(2)), browser);
  }
  switch (format) {
    case 'json':
      print(renderJson(comparisonJson(rows)));
      break;
    case 'csv':
    case 'markdown':
      await printSummary(format, comparisonColumns(format), rows);
      break;
    case 'text':
      printLines(renderComparison(rows));
  }
  if (outputs.length > 0) {
    note(`Wrote ${outputs.map(({ path }) => path).join(', ')}`);
  }
}

/** The command line as a POSIX shell would read it. */
function commandLine(args: readonly string[]): string {
  return [
    'kv',
    ...args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)),
  ].join(' ');
}
