import {
  type BudgetPart,
  type DeviceBudget,
  describeLimit,
  type Fit,
  type Fitting,
  formatBytes,
  formatSeconds,
  formatTokens,
  fullestOf,
  isWeights,
  type Quantity,
  type Verdict,
  type Weights,
  weightsOf,
} from '@kv/core';
import kleur from 'kleur';
import type { CliCase } from '../cases.js';
import type { OnDevices } from '../deployments.js';
import { printable } from '../terminal/printable.js';
import { terminalWidth, warningLines } from '../terminal/terminal.js';
import type { FitAnswer } from './fit-answer.js';
import { fitColumns, sequencesText } from './fit-table.js';
import { type Note, renderNotes } from './notes.js';
import { formatParameters, grouped } from './numbers.js';
import { renderTable } from './table.js';

/**
 * What fits, for people: the memory of a device in parts, the answers, and the same in other dtypes.
 *
 * @param explain whether to show the arithmetic of each part and where it is from.
 */
export function renderFit(answer: FitAnswer, explain: boolean): readonly string[] {
  const { item, settled, fit, rows } = answer;
  const { model, engine } = item;
  const several = fit.numDevices > 1;
  return [
    `${kleur.bold(printable(model.name))} on ${kleur.bold(`${several ? `${fit.numDevices}x ` : ''}${printable(settled.devices.device.name)}`)}`,
    kleur.dim(
      [
        `engine ${engine.name}`,
        ...(several ? [parallelismText(item)] : []),
        `KV cache in ${rows[0]?.dtype} (${printable(settled.reasons.keyDtype)})`,
      ].join(', '),
    ),
    '',
    several ? 'Memory of each GPU' : 'Memory',
    ...(fit.largestContext.limit === 'weights' ? [] : [bar(fullestOf(fit.budget))]),
    renderNotes(division(answer), terminalWidth()),
    ...(explain ? ['', ...explanation(fit)] : []),
    '',
    ...(fit.largestContext.limit === 'weights'
      ? [tooLarge(fit)]
      : [
          'What fits',
          renderNotes(findings(answer), terminalWidth()),
          '',
          renderTable(fitColumns(answer), rows, terminalWidth()),
          ...logLines(answer),
        ]),
    ...warningLines([...model.warnings, ...unifiedWarnings(settled)]),
  ];
}

function parallelismText({ workload, engine }: CliCase): string {
  const parts = [
    ['tp', workload.tensorParallel],
    ['pp', workload.pipelineParallel],
    ['dp', workload.dataParallel],
    ['cp', engine.contextParallelDevices === false ? 1 : workload.contextParallel],
  ] as const;
  return parts
    .filter(([, count]) => count > 1)
    .map(([name, count]) => `${name} ${count}`)
    .join(' ');
}

function division({ item, settled: { devices }, fit }: FitAnswer): readonly Note[] {
  const { total, usable, usableReason, parts, available } = fullestOf(fit.budget);
  const line = (label: string, { bytes, low, high }: Quantity, notes: readonly string[]): Note => ({
    label,
    value: formatBytes(Math.max(0, bytes)),
    note: [...rangeText(low, high), ...notes].join('; '),
  });
  return [
    line('in all', total, [devices.device.totalSource]),
    ...(usableReason === undefined ? [] : [line('usable', usable, [usableReason])]),
    ...parts.map((part) => line(part.name, part, partNotes(part, weightsOf(item.model)))),
    line('KV cache', available, ['what is left']),
  ];
}

/** Of weights how many there are and how that is known; of other parts only what is assumed: `--explain` has the rest. */
function partNotes(part: BudgetPart, { parameters, source }: Weights): readonly string[] {
  if (isWeights(part)) {
    return [...(parameters === undefined ? [] : [`${formatParameters(parameters)} parameters`]), source];
  }
  const [first = ''] = part.explanation;
  return part.how === 'assumed' ? [`assumed, ${first}`] : [];
}

/** A letter for each part of a device, as wide as it is; the cache in capitals, a dash for what the engine leaves. */
function bar({ total, usable, parts, available }: DeviceBudget): string {
  const width = Math.min(terminalWidth(), 100) - 4;
  const cells = (bytes: number) => Math.max(0, Math.round((width * bytes) / total.bytes));
  const drawn = [
    ...parts.map(({ name, bytes }) => (name[0] ?? ' ').repeat(cells(bytes))),
    kleur.green('K'.repeat(cells(available.bytes))),
    kleur.dim('-'.repeat(cells(total.bytes - usable.bytes))),
  ];
  return `  [${drawn.join('')}]`;
}

/** The engine's own lines, each number with its range where it has one. */
function logLines({ item, log: { lines, low, high } }: FitAnswer): readonly string[] {
  if (lines.length === 0) {
    return [];
  }
  const shown = lines.map((line, index) => {
    const [least, most] = [numbersOf(low[index]), numbersOf(high[index])];
    const ranges = numbersOf(line).flatMap((_, place) => {
      const [from, to] = [least[place], most[place]];
      return from === undefined || to === undefined || from === to ? [] : [`${from} to ${to}`];
    });
    return `  ${printable(line)}${ranges.length === 0 ? '' : kleur.dim(`  (${ranges.join(', ')})`)}`;
  });
  return ['', `What ${item.engine.name} logs`, ...shown];
}

function numbersOf(line = ''): readonly string[] {
  return line.match(/\d[\d,.]*\d|\d/g) ?? [];
}

/** The arithmetic of each part and where it is from. */
function explanation({ budget }: Fit): readonly string[] {
  return fullestOf(budget).parts.flatMap(({ name, explanation: lines, source, error }) =>
    [
      ...lines,
      `source: ${source}`,
      ...(error === undefined
        ? []
        : [
            `on ${error.judgedOn} published values that it was not made from, ${percent(error.median)} off in the median and ${percent(error.p90)} for nine of ten`,
          ]),
    ].map((line) => `${kleur.bold(name)}: ${printable(line)}`),
  );
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** Both ends, where they do not read the same. */
function rangeText(low: number, high: number): readonly string[] {
  const [least, most] = [formatBytes(Math.max(0, low)), formatBytes(Math.max(0, high))];
  if (least === most) {
    return [];
  }
  const [number, unit] = least.split(' ');
  return [most.endsWith(` ${unit}`) ? `${number} to ${most}` : `${least} to ${most}`];
}

function tooLarge({ budget, numDevices }: Fit): string {
  const missing = -fullestOf(budget).available.bytes;
  return kleur.red(
    `The weights do not fit: ${formatBytes(missing)} too much${numDevices === 1 ? '' : ' on each GPU'}. Take more GPUs (--gpus), or fewer bits (--weight-dtype).`,
  );
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  fits: 'fits',
  'may-fit': 'may fit',
  'does-not-fit': 'does not fit',
};

function findings({ item, settled, fit }: FitAnswer): readonly Note[] {
  const { workload, model } = item;
  const { largestContext, mostSequences, budget } = fit;
  const sequences =
    workload.numSequences === 1 ? '1 sequence' : `${grouped(workload.numSequences)} sequences`;
  const tokens = formatTokens(workload.contextLength);
  return [
    {
      label: 'asked for',
      value: VERDICTS[budget.verdict],
      note: `${sequences} of ${tokens} tokens${budget.verdict === 'may-fit' ? ', depending on where in its range the memory for the cache is' : ''}`,
    },
    {
      label: 'largest context',
      value: largestContext.limit === 'none' ? 'any' : `${grouped(largestContext.contextLength)} tokens`,
      note: `for ${sequences}; ${describeLimit(largestContext, model.name)}${endsText(largestContext)}`,
      isAnswer: true,
    },
    {
      label: 'most sequences',
      value: sequencesText(mostSequences),
      note: `of ${tokens} tokens; ${describeLimit(mostSequences, model.name)}${endsText(mostSequences)}`,
      isAnswer: true,
    },
    ...(settled.devices.device.bandwidthBytesPerSecond === undefined || mostSequences.numSequences === 0
      ? []
      : [timeNote(mostSequences, weightsOf(item.model))]),
  ];
}

/** What fits at the ends of what may be available, where they differ. */
function endsText({ low, high, limit }: Fitting): string {
  return low === high || limit === 'none' ? '' : `; ${grouped(low)} at worst, ${grouped(high)} at best`;
}

function timeNote({ secondsPerStep, numSequences }: Fitting, { parts }: Weights): Note {
  const label = 'time per token';
  if (secondsPerStep === undefined) {
    return { label, value: '?', note: 'which of these weights one token reads is not known' };
  }
  const what = parts?.some(({ kind }) => kind === 'expert') ? "one token's experts" : 'the weights';
  const batch = numSequences === 1 ? '1 sequence' : `all ${grouped(numSequences)} sequences`;
  return {
    label,
    value: `>= ${formatSeconds(secondsPerStep)}`,
    note: `for ${batch}; a lower bound: reading ${what} and the cache once, at peak bandwidth`,
  };
}

function unifiedWarnings({ devices: { device, gpu } }: OnDevices): readonly string[] {
  return gpu?.isUnified === true && device.total === gpu.total
    ? [
        `${gpu.name} shares its memory with the CPU, and this is the largest that is sold; give what the GPU may use, as in --memory 48GB.`,
      ]
    : [];
}
