import { type Allocation, estimate, formatBytes, formatTokens, totalBytesByContext } from '@kv/core';
import kleur from 'kleur';
import { type CliCase, caseFor } from '../cases.js';
import type { DeploymentOptions } from '../deployments.js';
import type { FormatOptions } from '../flags/options.js';
import { allocationJson } from '../render/allocation.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { noteLaunch } from '../render/launch.js';
import { grouped } from '../render/numbers.js';
import { sparkline } from '../render/sparkline.js';
import { printSummary, summaryColumns } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { terminalMarks } from '../terminal/marks.js';
import { printable } from '../terminal/printable.js';
import { print, printLines, terminalWidth, warningLines } from '../terminal/terminal.js';

/** `kv estimate`: what the cache of one model or design takes. */
export async function estimateCommand(
  model: string | undefined,
  options: DeploymentOptions & FormatOptions & { readonly explain?: true },
): Promise<void> {
  const format = formatOf(options);
  const item = await caseFor(model, options);
  noteLaunch(item);
  const allocation = estimate(item.model, item.workload, item.engine);
  switch (format) {
    case 'json':
      print(renderJson(allocationJson(item, allocation, options.explain === true)));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(format, summaryColumns(format), [{ ...item, allocation }]);
      return;
    case 'text':
      printLines(report(item, allocation, options.explain === true));
  }
}

type Pool = Allocation['pools'][number];

const POOL_COLUMNS: readonly Column<Pool>[] = [
  { title: 'Pool', align: 'left', cell: ({ name }) => name },
  { title: 'Layers', align: 'right', cell: ({ layers }) => grouped(layers) },
  { title: 'Tokens', align: 'right', cell: ({ tokens }) => grouped(tokens) },
  { title: 'Keys', align: 'right', cell: ({ keyBytes }) => sizeOrDash(keyBytes) },
  { title: 'Values', align: 'right', cell: ({ valueBytes }) => sizeOrDash(valueBytes) },
  { title: 'State', align: 'right', cell: ({ stateBytes }) => sizeOrDash(stateBytes) },
  { title: 'Total', align: 'right', cell: ({ bytes }) => formatBytes(bytes) },
];

function report(item: CliCase, allocation: Allocation, explain: boolean): readonly string[] {
  const { model, workload } = item;
  const { totalBytes, perDeviceBytes, bytesPerToken, pools } = allocation;
  const sequences =
    workload.numSequences === 1 ? '1 sequence' : `${grouped(workload.numSequences)} sequences`;
  return [
    `${kleur.bold(printable(model.name))}  ${kleur.dim(`${printable(model.architecture)}, ${model.numHiddenLayers} layers`)}`,
    kleur.dim(
      `${formatTokens(workload.contextLength)} tokens x ${sequences}, ${dtypeText(item)}, engine ${allocation.engine}`,
    ),
    '',
    `  KV cache    ${kleur.bold().green(formatBytes(totalBytes))}  ${kleur.dim(`(${grouped(totalBytes)} bytes)`)}`,
    ...(perDeviceBytes === totalBytes
      ? []
      : [`  per device  ${formatBytes(perDeviceBytes)}  ${kleur.dim(`(${grouped(perDeviceBytes)} bytes)`)}`]),
    `  per token   ${formatBytes(bytesPerToken)}  ${kleur.dim(`(${grouped(bytesPerToken)} bytes, at this length)`)}`,
    ...growthLines(item),
    '',
    renderTable(POOL_COLUMNS, pools, terminalWidth()),
    ...(explain
      ? [
          '',
          ...pools.flatMap(({ name, explanation }) =>
            explanation.map((line) => `${kleur.bold(name)}: ${line}`),
          ),
        ]
      : []),
    ...warningLines(allocation.warnings),
  ];
}

/** Contexts that the growth is drawn at, evenly apart up to the one that is asked for. */
const GROWTH_POINTS = 24;

/** How the memory grows to the context that is asked for: straight, or flat once windows are full. */
function growthLines({ model, workload, engine }: CliCase): readonly string[] {
  const marks = terminalMarks();
  if (marks === undefined) {
    return [];
  }
  const bytesAt = totalBytesByContext(model, workload, engine);
  const { contextLength } = workload;
  const lengths = Array.from({ length: GROWTH_POINTS }, (_, index) =>
    Math.ceil((contextLength * (index + 1)) / GROWTH_POINTS),
  );
  const drawn = kleur.green(sparkline(lengths.map(bytesAt), marks));
  return [`  growth      ${drawn}  ${kleur.dim(`(to ${formatTokens(contextLength)} tokens)`)}`];
}

function dtypeText({ workload: { keyDtype, valueDtype }, settled: { reasons } }: CliCase): string {
  return keyDtype === valueDtype
    ? `${keyDtype} (${reasons.keyDtype})`
    : `keys ${keyDtype} (${reasons.keyDtype}), values ${valueDtype} (${reasons.valueDtype})`;
}

function sizeOrDash(bytes: number): string {
  return bytes === 0 ? '-' : formatBytes(bytes);
}
