import { budgetNamed, engineLog, fit, fitByBits } from '@kv/core';
import { caseFor } from '../cases.js';
import { type DeploymentOptions, onDevices } from '../deployments.js';
import type { FormatOptions } from '../flags/options.js';
import { renderFit } from '../render/fit.js';
import type { FitAnswer } from '../render/fit-answer.js';
import { fitJson } from '../render/fit-json.js';
import { exactFitColumns, fitColumns } from '../render/fit-table.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { noteLaunch } from '../render/launch.js';
import { printSummary } from '../render/summary.js';
import { print, printLines } from '../terminal/terminal.js';

/** `kv fit`: the largest context and the most sequences that fit into the memory of some GPUs. */
export async function fitCommand(
  argument: string | undefined,
  options: DeploymentOptions & FormatOptions & { readonly explain?: true; readonly command?: true },
): Promise<void> {
  const format = formatOf(options);
  const item = await caseFor(argument, options, { weights: options.weights === undefined });
  if (options.command === true) {
    const { printLaunch } = await import('@kv/core/launch');
    print(printLaunch(item.deployment));
    return;
  }
  noteLaunch(item);
  const settled = onDevices(item.settled);
  const request = { ...settled, budget: budgetNamed(item.engine.name) };
  const found = fit(request);
  const answer: FitAnswer = {
    ...{ item, settled, fit: found, rows: fitByBits(request, found) },
    log: engineLog(request),
  };
  switch (format) {
    case 'json':
      print(renderJson(fitJson(answer)));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(
        format,
        format === 'csv' ? exactFitColumns(answer) : fitColumns(answer),
        answer.rows,
      );
      return;
    case 'text':
      printLines(renderFit(answer, options.explain === true));
  }
}
