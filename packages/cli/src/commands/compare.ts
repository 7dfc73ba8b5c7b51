import { compare, type KnobTexts } from '@kv/core';
import { casesFor } from '../cases.js';
import type { FormatOptions, WorkloadOptions } from '../options.js';
import { comparisonJson } from '../render/allocation.js';
import { renderComparison } from '../render/comparison.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { type ComparedRow, comparisonColumns, printSummary } from '../render/summary.js';
import { print, printLines } from '../render/terminal.js';

/** `kv compare`: several models or designs, each measured against the first. */
export async function compareCommand(
  models: readonly string[],
  options: KnobTexts & WorkloadOptions & FormatOptions,
): Promise<void> {
  const format = formatOf(options);
  const rows: readonly ComparedRow[] = compare(await casesFor(models, options));
  switch (format) {
    case 'json':
      print(renderJson(comparisonJson(rows)));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(format, comparisonColumns(format), rows);
      return;
    case 'text':
      printLines(renderComparison(rows));
  }
}
