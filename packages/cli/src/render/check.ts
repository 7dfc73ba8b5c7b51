import { type Deployment, flagsOf, formatBytes, type Quantity } from '@kv/core';
import type { CheckedLine, LogReading } from '@kv/core/check';
import kleur from 'kleur';
import { printable } from '../terminal/printable.js';
import { terminalWidth, warningLines } from '../terminal/terminal.js';
import type { Column } from './column.js';
import { grouped } from './numbers.js';
import { renderTable } from './table.js';

/** All that `kv check` shows. */
export interface CheckAnswer {
  readonly reading: LogReading;
  /** What the log says was run; absent where it does not say it. */
  readonly deployment?: Deployment | undefined;
  readonly lines: readonly CheckedLine[];
  /** Why figures have nothing beside them. */
  readonly problem?: string;
}

/** A log for people: what ran, and each figure beside what kv says. */
export function renderCheck({ reading, deployment, lines, problem }: CheckAnswer): readonly string[] {
  const { engine, release, model, failures } = reading;
  const shown = distinct(lines);
  return [
    `${kleur.bold(printable(model ?? 'a model that the log does not name'))} on ${kleur.bold([engine, release].filter(Boolean).join(' '))}`,
    ...(deployment === undefined ? [] : [kleur.dim(printable(flagsOf(deployment).join(' ')))]),
    '',
    ...(shown.length === 0 ? [] : [renderTable(COLUMNS, shown, terminalWidth())]),
    ...shown
      .filter(({ verdict }) => verdict === 'differs')
      .map(({ quantity, explanation }) => `${words(quantity)}: ${printable(explanation)}`),
    ...failures.slice(0, 3).map(({ meaning }) => kleur.red(`It did not start: ${meaning}.`)),
    ...warningLines(problem === undefined ? [] : [problem]),
  ];
}

/** Ranks print the same figure each; one of them is enough. */
function distinct(lines: readonly CheckedLine[]): readonly CheckedLine[] {
  const known = new Set<string>();
  return lines.filter(({ quantity, where = '', value, verdict }) => {
    const key = [quantity, where, value, verdict].join(' ');
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
}

const VERDICTS: Readonly<Record<CheckedLine['verdict'], string>> = {
  equal: 'equal',
  within: 'within',
  differs: 'differs',
  unknown: '-',
};

const COLUMNS: readonly Column<CheckedLine>[] = [
  {
    title: 'Figure',
    align: 'left',
    cell: ({ quantity, where }) => [words(quantity), where].filter(Boolean).join(' '),
  },
  { title: 'Log', align: 'right', cell: (line) => valueText(line, line.value) },
  { title: 'kv', align: 'right', cell: (line) => (line.kv === undefined ? '' : rangeText(line, line.kv)) },
  { title: '', align: 'left', cell: ({ verdict }) => VERDICTS[verdict] },
];

/** `availableKvCacheMemory` as words. */
function words(quantity: string): string {
  return quantity.replace(/[A-Z]+/g, (letters) => ` ${letters.toLowerCase()}`);
}

function rangeText(line: CheckedLine, { low, high }: Quantity): string {
  const [least, most] = [valueText(line, low), valueText(line, high)];
  return least === most ? least : `${least} to ${most}`;
}

function valueText({ quantity, roundedTo }: CheckedLine, value: number): string {
  if (isBytes(roundedTo)) {
    return formatBytes(Math.max(0, Math.round(value)));
  }
  return /concurrency|utilization/i.test(quantity) ? value.toFixed(2) : grouped(Math.round(value));
}

/** A digit of GiB or MiB stands for thousands of bytes. */
function isBytes(roundedTo: number): boolean {
  return roundedTo > 1000;
}

/** The same as `--json` prints it. */
export function checkJson({ reading, deployment, lines, problem }: CheckAnswer): Record<string, unknown> {
  const { engine, release, failures } = reading;
  return {
    engine: engine ?? null,
    engineVersion: release ?? null,
    deployment: deployment ?? null,
    lines,
    failures,
    warnings: problem === undefined ? [] : [problem],
  };
}
