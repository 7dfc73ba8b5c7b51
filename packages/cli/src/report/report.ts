import {
  doublingLengths,
  formatBytes,
  formatFraction,
  formatRatio,
  formatTokens,
  type Sweep,
  sweep,
} from '@kv/core';
import { grouped } from '../render/numbers.js';
import type { ComparedRow } from '../render/summary.js';
import { VERSION } from '../version.js';

/** A comparison to be read by people who did not make it. It holds no date: the same command makes the same report. */
export interface Report {
  readonly title: string;
  /** The result in one or two sentences. */
  readonly answer: string;
  /** What all rows have in common, and where the numbers come from. */
  readonly facts: readonly Fact[];
  /** The command line that makes it. */
  readonly command: string;
  readonly rows: readonly ComparedRow[];
  /** Each row's memory up to the longest context that is compared. */
  readonly growth: Sweep;
  /** What a reader must know about some of the numbers. */
  readonly warnings: readonly string[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** The figure's shortest context is this part of its longest. */
const SHORTEST = 1 / 128;

/**
 * The report on a comparison.
 *
 * @param command the command line that makes it.
 */
export function reportOf(rows: readonly ComparedRow[], command: string): Report {
  const longest = Math.max(...rows.map(({ workload }) => workload.contextLength));
  return {
    title: `KV-cache memory of ${subjectOf(rows)}`,
    answer: answerOf(rows),
    facts: [...factsOf(rows), { name: 'Made by', value: `kv ${VERSION}` }],
    command,
    rows,
    growth: sweep(rows, doublingLengths(Math.ceil(longest * SHORTEST), longest)),
    warnings: [
      ...new Set(
        rows.flatMap(({ label, allocation }) => allocation.warnings.map((text) => `${label}: ${text}`)),
      ),
    ],
  };
}

function subjectOf(rows: readonly ComparedRow[]): string {
  const designs = rows.filter(({ kind }) => kind !== undefined).length;
  if (rows.length === 1) {
    return rows[0]?.label ?? '';
  }
  if (designs > 0) {
    return `${rows.length} designs`;
  }
  const models = new Set(rows.map(({ model }) => model.id)).size;
  const engines = new Set(rows.map(({ allocation }) => allocation.engine)).size;
  const subject = models === 1 ? (rows[0]?.model.name ?? '') : `${models} models`;
  return engines === 1 ? subject : `${subject} on ${engines} engines`;
}

function answerOf(rows: readonly ComparedRow[]): string {
  const sorted = [...rows].sort((one, other) => one.allocation.totalBytes - other.allocation.totalBytes);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const [reference] = rows;
  if (least === undefined || most === undefined || reference === undefined) {
    return '';
  }
  const size = ({ allocation }: ComparedRow) => formatBytes(allocation.totalBytes);
  if (least === most) {
    return `${least.label} takes ${size(least)}.`;
  }
  const range = `${least.label} takes the least, ${size(least)}; ${most.label} the most, ${size(most)}.`;
  return least === reference || least.saving.fraction <= 0
    ? range
    : `${range} Against ${reference.label} (${size(reference)}), ${least.label} is ${formatRatio(least.saving)} smaller and saves ${formatFraction(least.saving)}.`;
}

function factsOf(rows: readonly ComparedRow[]): readonly Fact[] {
  const fact = (name: string, text: (row: ComparedRow) => string): Fact => {
    const values = [...new Set(rows.map(text))];
    return {
      name,
      value: values.length <= 4 ? values.join(', ') : `${values.length} different, see the table`,
    };
  };
  return [
    fact('Context', ({ workload }) => `${formatTokens(workload.contextLength)} tokens`),
    fact('Sequences', ({ workload }) => grouped(workload.numSequences)),
    fact('Engine', ({ allocation }) => allocation.engine),
    fact('Keys and values in', ({ workload: { keyDtype, valueDtype } }) =>
      keyDtype === valueDtype ? keyDtype : `${keyDtype} and ${valueDtype}`,
    ),
    fact('Devices', ({ workload }) => devicesText(workload)),
  ];
}

function devicesText({
  tensorParallel,
  pipelineParallel,
  dataParallel,
  contextParallel,
}: ComparedRow['workload']): string {
  const degrees = [
    ['tensor', tensorParallel],
    ['pipeline', pipelineParallel],
    ['data', dataParallel],
    ['context', contextParallel],
  ] as const;
  const used = degrees
    .filter(([, degree]) => degree > 1)
    .map(([name, degree]) => `${name} parallel ${degree}`);
  return used.length === 0 ? '1' : used.join(' x ');
}
