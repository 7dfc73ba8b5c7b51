import {
  describeLimit,
  devicesOf,
  type Fit,
  type FitRequest,
  type FitRow,
  type Fitting,
  fit,
  fitByBits,
  formatBytes,
  formatSeconds,
  formatTokens,
  InputError,
  type KnobTexts,
  parseBytes,
  parseDtype,
  type Weights,
  type Workload,
  weightsInDtype,
} from '@kv/core';
import kleur from 'kleur';
import { type CliCase, caseFor } from '../cases.js';
import { checkDevices, type Device, type DeviceOptions, deviceFrom, spread } from '../devices.js';
import { enginesFrom } from '../engine-options.js';
import type { FormatOptions, WorkloadOptions } from '../options.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { type Note, renderNotes } from '../render/notes.js';
import { formatParameters, grouped } from '../render/numbers.js';
import { printable } from '../render/printable.js';
import { printSummary } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { print, printLines, terminalWidth, warningLines } from '../render/terminal.js';

/** The weights, as typed. */
export interface WeightOptions {
  readonly weights?: string;
  readonly weightDtype?: string;
}

type FitOptions = KnobTexts & WorkloadOptions & DeviceOptions & WeightOptions & FormatOptions;

/** `kv fit`: the largest context and the most sequences that fit into the memory of some GPUs. */
export async function fitCommand(argument: string | undefined, options: FitOptions): Promise<void> {
  const format = formatOf(options);
  const device = deviceFrom(options);
  const [engine] = enginesFrom([options.engine ?? 'ideal'], options);
  const asked = await caseFor(argument, spread(options, engine?.splitsBy ?? 'tensorParallel'), {
    weights: options.weights === undefined,
  });
  const item = { ...asked, engine: asked.engine.onDevice?.(device) ?? asked.engine };
  checkDevices(options, devicesOf(item.workload, item.engine));
  const request = requestFrom(item, device, options);
  const found = fit(request);
  const answer: Answer = { item, device, request, fit: found, rows: fitByBits(request, found) };
  switch (format) {
    case 'json':
      print(renderJson(answerJson(answer)));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(format, format === 'csv' ? exactColumns(answer) : columns(answer), answer.rows);
      return;
    case 'text':
      printLines(report(answer));
  }
}

interface Answer {
  readonly item: CliCase;
  readonly device: Device;
  readonly request: FitRequest;
  readonly fit: Fit;
  readonly rows: readonly FitRow[];
}

function requestFrom(item: CliCase, device: Device, options: FitOptions): FitRequest {
  const { model, engine, workload } = item;
  return {
    model,
    engine,
    workload,
    weights: weightsFrom(item, options),
    memoryBytes: device.memoryBytes,
    ...(options.gpuMemoryUtilization === undefined
      ? {}
      : { memoryUtilization: utilizationFrom(options.gpuMemoryUtilization, item) }),
    ...(options.overhead === undefined ? {} : { overheadBytes: overheadFrom(options.overhead) }),
    ...(device.gpu === undefined ? {} : { bandwidthBytesPerSecond: device.gpu.bandwidthBytesPerSecond }),
  };
}

function weightsFrom({ model }: CliCase, options: WeightOptions): Weights {
  const { weights: size, weightDtype: dtype } = options;
  if (size !== undefined && dtype !== undefined) {
    throw new InputError(
      '--weights gives the size of the weights and --weight-dtype another dtype for them; give one of the two.',
    );
  }
  if (size !== undefined) {
    return { bytes: parseBytes(size, '--weights'), source: '--weights' };
  }
  if (model.weights === undefined) {
    throw new InputError(
      `The weights of ${model.name} are not known: neither its config nor a safetensors file or index beside it says how large they are; give their size, as in --weights 16GB.`,
    );
  }
  return dtype === undefined
    ? model.weights
    : weightsInDtype(model.weights, parseDtype(dtype), model.dtype.dtype);
}

function utilizationFrom(text: string, { engine }: CliCase): number {
  const { memoryUtilizationFlag: flag } = engine;
  if (flag !== '--gpu-memory-utilization') {
    throw new InputError(
      `--gpu-memory-utilization is a setting of vLLM; the engine ${engine.name} does not have it. To leave memory free, give ${flag ?? '--overhead'}.`,
    );
  }
  const fraction = /^(\d+|\d*\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(fraction > 0 && fraction <= 1)) {
    throw new InputError(`--gpu-memory-utilization is "${text}"; it must be a number above 0 and at most 1.`);
  }
  return fraction;
}

function overheadFrom(text: string): number {
  return /^0+\s*[a-z]*$/i.test(text.trim()) ? 0 : parseBytes(text, '--overhead');
}

function report(answer: Answer): readonly string[] {
  const { item, device, fit: found, rows } = answer;
  const { model, engine } = item;
  const several = found.numDevices > 1;
  return [
    `${kleur.bold(printable(model.name))} on ${kleur.bold(`${several ? `${found.numDevices}x ` : ''}${printable(device.name)}`)}`,
    kleur.dim(
      [
        `engine ${engine.name}`,
        ...(several ? [parallelismText(answer)] : []),
        `KV cache in ${rows[0]?.dtype} (${printable(item.keyDtype.reason)})`,
      ].join(', '),
    ),
    '',
    several ? 'Memory of each GPU' : 'Memory',
    renderNotes(budget(answer), terminalWidth()),
    '',
    ...(found.largestContext.limit === 'weights'
      ? [tooLarge(found)]
      : [
          'What fits',
          renderNotes(findings(answer), terminalWidth()),
          '',
          renderTable(columns(answer), rows, terminalWidth()),
        ]),
    ...warningLines([...model.warnings, ...unifiedWarnings(answer)]),
  ];
}

function parallelismText({ item: { workload, engine } }: Answer): string {
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

function budget({ device, request, fit: found }: Answer): readonly Note[] {
  const { weights, workload, engine, memoryUtilization = engine.memoryUtilization ?? 1 } = request;
  const line = (label: string, bytes: number, note: string) => ({ label, value: formatBytes(bytes), note });
  return [
    line('in all', found.memoryBytes, device.memorySource),
    ...(memoryUtilization === 1
      ? []
      : [
          line(
            'usable',
            found.usableBytes,
            `${memoryUtilization} of it (${engine.memoryUtilizationFlag ?? ''})`,
          ),
        ]),
    line(
      'weights',
      found.weightBytes,
      [
        ...(weights.parameters === undefined ? [] : [`${formatParameters(weights.parameters)} parameters`]),
        ...(found.numDevices === 1
          ? []
          : [`${formatBytes(weights.bytes)} in all${splitText(workload, weights)}`]),
        weights.source,
      ].join('; '),
    ),
    line('overhead', found.overheadBytes, overheadNote(request)),
    line('KV cache', found.availableBytes, 'what is left'),
  ];
}

function overheadNote({ overheadBytes, engine }: FitRequest): string {
  const purpose = 'for activations and the driver';
  if (overheadBytes !== undefined) {
    return `${purpose} (--overhead)`;
  }
  return engine.overheadBytes === undefined
    ? `assumed, ${purpose} (--overhead)`
    : `none: what is ${purpose} is outside the usable part`;
}

/** What is assumed of how weights are split. */
function splitText({ tensorParallel, pipelineParallel }: Workload, { parts }: Weights): string {
  const how = parts === undefined ? 'evenly' : 'but for norms, routers and too few key-value heads';
  if (pipelineParallel > 1) {
    return `, split by layers${tensorParallel > 1 ? ` and over each stage ${how}` : ''}, this being the largest share`;
  }
  return tensorParallel > 1 ? `, split ${how}` : ' for each replica';
}

function tooLarge(found: Fit): string {
  const missing = found.weightBytes + found.overheadBytes - found.usableBytes;
  return kleur.red(
    `The weights do not fit: ${formatBytes(missing)} too much${found.numDevices === 1 ? '' : ' on each GPU'}. Take more GPUs (--gpus), or fewer bits (--weight-dtype).`,
  );
}

function findings({ item: { workload, model }, device, fit: found, request }: Answer): readonly Note[] {
  const { largestContext, mostSequences } = found;
  const sequences =
    workload.numSequences === 1 ? '1 sequence' : `${grouped(workload.numSequences)} sequences`;
  return [
    {
      label: 'largest context',
      value: contextText(largestContext),
      note: `for ${sequences}; ${describeLimit(largestContext, model.name)}`,
      isAnswer: true,
    },
    {
      label: 'most sequences',
      value: sequencesText(mostSequences),
      note: `of ${formatTokens(workload.contextLength)} tokens; ${describeLimit(mostSequences, model.name)}`,
      isAnswer: true,
    },
    ...(device.gpu === undefined || mostSequences.numSequences === 0
      ? []
      : [timeNote(mostSequences, request)]),
  ];
}

function timeNote({ secondsPerStep, numSequences }: Fitting, { weights }: FitRequest): Note {
  const label = 'time per token';
  if (secondsPerStep === undefined) {
    return { label, value: '?', note: 'which of these weights one token reads is not known' };
  }
  const what = weights.parts?.some(({ kind }) => kind === 'expert') ? "one token's experts" : 'the weights';
  const batch = numSequences === 1 ? '1 sequence' : `all ${grouped(numSequences)} sequences`;
  return {
    label,
    value: `>= ${formatSeconds(secondsPerStep)}`,
    note: `for ${batch}; a lower bound: reading ${what} and the cache once, at peak bandwidth`,
  };
}

function contextText({ contextLength, limit }: Fitting): string {
  return limit === 'none' ? 'any' : `${grouped(contextLength)} tokens`;
}

function sequencesText({ numSequences, limit }: Fitting): string {
  return limit === 'none' ? 'any number' : grouped(numSequences);
}

function unifiedWarnings({ device }: Answer): readonly string[] {
  return device.gpu?.isUnified === true && device.memorySource !== '--memory'
    ? [
        `${device.gpu.name} shares its memory with the CPU, and this is the largest that is sold; give what the GPU may use, as in --memory 48GB.`,
      ]
    : [];
}

function columns({ item: { workload }, device }: Answer): readonly Column<FitRow>[] {
  const { numSequences, contextLength } = workload;
  const time = (title: string, of: (found: Fit) => Fitting): readonly Column<FitRow>[] =>
    device.gpu === undefined
      ? []
      : [{ title, align: 'right', cell: ({ fit: found }) => tableTime(of(found)) }];
  return [
    { title: 'KV dtype', align: 'left', cell: ({ dtype }) => dtype },
    {
      title: `Context x ${grouped(numSequences)}`,
      align: 'right',
      cell: ({ fit: { largestContext } }) => tableContext(largestContext),
    },
    ...time('Per token', ({ largestContext }) => largestContext),
    {
      title: `Sequences x ${formatTokens(contextLength)}`,
      align: 'right',
      cell: ({ fit: { mostSequences } }) => sequencesText(mostSequences),
    },
    ...time('Per token', ({ mostSequences }) => mostSequences),
  ];
}

function tableContext(found: Fitting): string {
  const { limit, contextLength } = found;
  const mark = limit === 'model' ? ' (model)' : limit === 'engine' ? ' (engine)' : '';
  return limit === 'none' ? 'any' : `${grouped(contextLength)}${mark}`;
}

function tableTime({ secondsPerStep }: Fitting): string {
  return secondsPerStep === undefined ? '?' : `>= ${formatSeconds(secondsPerStep)}`;
}

function exactColumns({ item: { model, engine, workload }, device }: Answer): readonly Column<FitRow>[] {
  const seconds = ({ secondsPerStep }: Fitting) =>
    secondsPerStep === undefined ? '' : String(secondsPerStep);
  return [
    { title: 'model', align: 'left', cell: () => model.name },
    { title: 'engine', align: 'left', cell: () => engine.name },
    { title: 'gpu', align: 'left', cell: () => device.gpu?.id ?? '' },
    { title: 'gpus', align: 'right', cell: ({ fit: { numDevices } }) => String(numDevices) },
    { title: 'kv dtype', align: 'left', cell: ({ dtype }) => dtype },
    { title: 'memory bytes', align: 'right', cell: ({ fit: { memoryBytes } }) => String(memoryBytes) },
    { title: 'weight bytes', align: 'right', cell: ({ fit: { weightBytes } }) => String(weightBytes) },
    { title: 'overhead bytes', align: 'right', cell: ({ fit: { overheadBytes } }) => String(overheadBytes) },
    {
      title: 'available bytes',
      align: 'right',
      cell: ({ fit: { availableBytes } }) => String(availableBytes),
    },
    { title: 'sequences', align: 'right', cell: () => String(workload.numSequences) },
    {
      title: 'largest context',
      align: 'right',
      cell: ({ fit: { largestContext } }) => String(largestContext.contextLength),
    },
    { title: 'limit of context', align: 'left', cell: ({ fit: { largestContext } }) => largestContext.limit },
    {
      title: 'seconds per step of largest context',
      align: 'right',
      cell: ({ fit: { largestContext } }) => seconds(largestContext),
    },
    { title: 'context', align: 'right', cell: () => String(workload.contextLength) },
    {
      title: 'most sequences',
      align: 'right',
      cell: ({ fit: { mostSequences } }) => String(mostSequences.numSequences),
    },
    { title: 'limit of sequences', align: 'left', cell: ({ fit: { mostSequences } }) => mostSequences.limit },
    {
      title: 'seconds per step of most sequences',
      align: 'right',
      cell: ({ fit: { mostSequences } }) => seconds(mostSequences),
    },
  ];
}

function answerJson({ item, device, request, fit: found, rows }: Answer): Record<string, unknown> {
  const { id, name, source, architecture } = item.model;
  const { gpu } = device;
  const { largestContext, mostSequences, ...memory } = found;
  return {
    model: { id, name, source, architecture },
    engine: item.engine.name,
    workload: item.workload,
    gpu:
      gpu === undefined
        ? null
        : { id: gpu.id, name: gpu.name, bandwidthBytesPerSecond: gpu.bandwidthBytesPerSecond },
    weights: request.weights,
    ...memory,
    largestContext,
    mostSequences,
    byDtype: rows.map(({ dtype, fit: { largestContext: context, mostSequences: sequences } }) => ({
      dtype,
      largestContext: context,
      mostSequences: sequences,
    })),
    warnings: item.model.warnings,
  };
}
