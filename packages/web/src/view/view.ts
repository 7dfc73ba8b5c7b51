import { describeSaving, estimate, formatBytes, savingAgainst, unlessRefused } from '@kv/core';
import type { Library } from '../library/library.js';
import type { State } from '../state/state.js';
import { answerOf, type Sentence } from './answer.js';
import { type EstimatedCase, meaningsOf, type RowMeaning } from './cases.js';
import type { ChartView, Look } from './chart.js';
import { chartOf } from './charts.js';

/** All that the page shows for a state. */
export interface View {
  /** The result in one sentence. */
  readonly answer: Sentence;
  readonly rows: readonly RowView[];
  readonly chart: ChartView;
  readonly cases: readonly EstimatedCase[];
}

/** What is shown beside a row's controls. */
export type RowView =
  | { readonly status: 'ready'; readonly results: readonly Result[]; readonly warnings: readonly string[] }
  | Exclude<RowMeaning, { status: 'ready' }>;

/** A size of one of a row's cases. */
export interface Result {
  readonly label: string;
  /** The place of the case's line in the figure. */
  readonly place: number;
  readonly total: string;
  readonly perToken: string;
  /** Empty where one device holds all of it. */
  readonly perDevice: string;
  /** How it compares with the first case of the page; empty for that one, and for an equal one. */
  readonly saving: string;
}

/** A state in which nothing can be shown: no row has a size, or a text that all rows need makes no sense. */
export interface NoView {
  readonly rows: readonly RowView[];
  /** Empty while something is still being read. */
  readonly problem: string;
}

/**
 * What a state means.
 *
 * @param library what is known of the models and engines that rows name.
 * @returns a view, or why there is none; sentences begin with the name of the field that makes no sense, where it is one.
 */
export function viewOf(state: State, library: Library, look: Look): View | NoView {
  return unlessRefused(
    () => {
      const estimated = meaningsOf(state, library).map(estimateRow);
      const cases = estimated.flatMap((row) => (row.status === 'ready' ? row.cases : []));
      const rows = estimated.map((row) => rowView(row, cases, state));
      return cases.length === 0
        ? { rows, problem: '' }
        : { answer: answerOf(cases, state), rows, chart: chartOf(cases, state, look), cases };
    },
    ({ message }) => ({ rows: [], problem: message }),
  );
}

type EstimatedRow =
  | { readonly status: 'ready'; readonly cases: readonly EstimatedCase[] }
  | Exclude<RowMeaning, { status: 'ready' }>;

function estimateRow(meaning: RowMeaning): EstimatedRow {
  if (meaning.status !== 'ready') {
    return meaning;
  }
  const { cases } = meaning;
  return unlessRefused(
    () => ({
      status: 'ready',
      cases: cases.map((item) => ({
        ...item,
        allocation: estimate(item.model, item.workload, item.engine),
      })),
    }),
    ({ message }) => ({ status: 'problem', message }),
  );
}

function rowView(row: EstimatedRow, all: readonly EstimatedCase[], { units }: State): RowView {
  if (row.status !== 'ready') {
    return row;
  }
  const byteUnits = units === 'GB' ? 'decimal' : 'binary';
  const first = all[0]?.allocation.totalBytes ?? 0;
  return {
    status: 'ready',
    results: row.cases.map((item) => {
      const { totalBytes, perDeviceBytes, bytesPerToken } = item.allocation;
      const place = all.indexOf(item);
      return {
        label: item.label,
        place,
        total: formatBytes(totalBytes, byteUnits),
        perToken: formatBytes(bytesPerToken, byteUnits),
        perDevice: perDeviceBytes === totalBytes ? '' : formatBytes(perDeviceBytes, byteUnits),
        saving: place === 0 ? '' : describeSaving(savingAgainst(first, totalBytes)),
      };
    }),
    warnings: [...new Set(row.cases.flatMap(({ allocation }) => allocation.warnings))],
  };
}
