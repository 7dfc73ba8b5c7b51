import { type FitRow, type Fitting, formatSeconds, formatTokens } from '@kv/core';
import type { Column } from './column.js';
import { divisionOf, type FitAnswer } from './fit-answer.js';
import { grouped } from './numbers.js';

/** Columns for people, a row for each dtype of the cache. */
export function fitColumns({ item, settled }: FitAnswer): readonly Column<FitRow>[] {
  const { numSequences, contextLength } = item.workload;
  const time = (of: (row: FitRow) => Fitting): readonly Column<FitRow>[] =>
    settled.devices.device.bandwidthBytesPerSecond === undefined
      ? []
      : [{ title: 'Per token', align: 'right', cell: (row) => tableTime(of(row)) }];
  return [
    { title: 'KV dtype', align: 'left', cell: ({ dtype }) => dtype },
    {
      title: `Context x ${grouped(numSequences)}`,
      align: 'right',
      cell: ({ fit: { largestContext } }) => tableContext(largestContext),
    },
    ...time(({ fit: { largestContext } }) => largestContext),
    {
      title: `Sequences x ${formatTokens(contextLength)}`,
      align: 'right',
      cell: ({ fit: { mostSequences } }) => sequencesText(mostSequences),
    },
    ...time(({ fit: { mostSequences } }) => mostSequences),
  ];
}

/** A number of sequences that fits, for people. */
export function sequencesText({ numSequences, limit }: Fitting): string {
  return limit === 'none' ? 'any number' : grouped(numSequences);
}

function tableContext({ limit, contextLength }: Fitting): string {
  const mark = limit === 'model' ? ' (model)' : limit === 'engine' ? ' (engine)' : '';
  return limit === 'none' ? 'any' : `${grouped(contextLength)}${mark}`;
}

function tableTime({ secondsPerStep }: Fitting): string {
  return secondsPerStep === undefined ? '?' : `>= ${formatSeconds(secondsPerStep)}`;
}

/** Columns for machines, with exact bytes. */
export function exactFitColumns({ item, settled }: FitAnswer): readonly Column<FitRow>[] {
  const { model, engine, workload } = item;
  const text = (title: string, cell: (row: FitRow) => string): Column<FitRow> => ({
    title,
    align: 'left',
    cell,
  });
  const number = (title: string, value: (row: FitRow) => number | undefined): Column<FitRow> => ({
    title,
    align: 'right',
    cell: (row) => String(value(row) ?? ''),
  });
  return [
    text('model', () => model.name),
    text('engine', () => engine.name),
    text('gpu', () => settled.devices.gpu?.id ?? ''),
    number('gpus', ({ fit }) => fit.numDevices),
    text('kv dtype', ({ dtype }) => dtype),
    number('memory bytes', ({ fit }) => divisionOf(fit).memoryBytes),
    number('weight bytes', ({ fit }) => divisionOf(fit).weightBytes),
    number('overhead bytes', ({ fit }) => divisionOf(fit).overheadBytes),
    number('available bytes', ({ fit }) => divisionOf(fit).availableBytes),
    text('verdict', ({ fit }) => fit.budget.verdict),
    number('sequences', () => workload.numSequences),
    number('largest context', ({ fit }) => fit.largestContext.contextLength),
    number('largest context at worst', ({ fit }) => fit.largestContext.low),
    number('largest context at best', ({ fit }) => fit.largestContext.high),
    text('limit of context', ({ fit }) => fit.largestContext.limit),
    number('seconds per step of largest context', ({ fit }) => fit.largestContext.secondsPerStep),
    number('context', () => workload.contextLength),
    number('most sequences', ({ fit }) => fit.mostSequences.numSequences),
    number('most sequences at worst', ({ fit }) => fit.mostSequences.low),
    number('most sequences at best', ({ fit }) => fit.mostSequences.high),
    text('limit of sequences', ({ fit }) => fit.mostSequences.limit),
    number('seconds per step of most sequences', ({ fit }) => fit.mostSequences.secondsPerStep),
  ];
}
