import {
  type Allocation,
  type BudgetRule,
  type Case,
  type Deployment,
  type DesignKind,
  designs,
  type Known,
  readDeployment,
  type SettingValues,
  settle,
  unlessRefused,
} from '@kv/core';
import type { Gpu } from '@kv/core/gpus';
import { gpuById } from '../library/gpus.js';
import type { Library, ModelState } from '../library/library.js';
import { DEFAULT_USE, type Row, type State } from '../state/state.js';
import { nameOnPage, sharedTexts, textsOfRow } from '../state/texts.js';

/** A case that the page shows, one row's model or one of its designs, before any GPU is named. */
export interface PageCase extends Case {
  /** Where the row is, from 0. */
  readonly row: number;
  readonly kind?: DesignKind;
  /** What it was settled from, to be settled again on the chosen GPUs. */
  readonly deployment: Deployment;
  readonly known: Known;
  readonly budget: BudgetRule<SettingValues>;
}

/** A case with what it takes at the workload of the sliders. */
export interface EstimatedCase extends PageCase {
  readonly allocation: Allocation;
}

/** What a row means. */
export type RowMeaning =
  | { readonly status: 'ready'; readonly cases: readonly PageCase[] }
  | Exclude<ModelState, { status: 'ready' }>;

function gpuNamed(id: string): Gpu {
  const gpu = gpuById(id);
  if (gpu === undefined) {
    throw new Error('Cases are settled only on GPUs that are loaded.');
  }
  return gpu;
}

/** A row names no GPU: those that the page shows it on are settled one by one. */
const READING = { gpusNamed: () => [], nameOf: nameOnPage };

/** What each row means; a row that means nothing says why, and leaves the others alone. */
export function meaningsOf(state: State, library: Library): readonly RowMeaning[] {
  // What all rows need is wrong for all of them.
  readDeployment({ ...sharedTexts(state), model: '' }, READING);
  const suffixes = suffixesOf(state.rows);
  return state.rows.map((row, index) =>
    unlessRefused(
      () => meaningOf(row, index, suffixes[index] ?? '', state, library),
      ({ message }) => ({ status: 'problem', message }),
    ),
  );
}

function meaningOf(row: Row, index: number, suffix: string, state: State, library: Library): RowMeaning {
  const found = row.kind === 'model' ? library.model(row.model) : undefined;
  if (found !== undefined && found.status !== 'ready') {
    return found;
  }
  const deployment = readDeployment(textsOfRow(row, state), READING);
  const { weights } = deployment;
  const format = weights !== undefined && 'dtype' in weights ? weights.dtype : undefined;
  const rules = library.engine(deployment.engine.name, format);
  if (rules.status !== 'ready') {
    return rules;
  }
  const { engineNamed, budgetNamed, weightsInFormat } = rules;
  const budget = budgetNamed(deployment.engine.name);
  return {
    status: 'ready',
    cases: subjectsOf(deployment, found?.model).map(({ label, model, kind }) => {
      const known = { model, label: `${label}${suffix}`, engineNamed, weightsInFormat, gpuNamed };
      const settled = settle(deployment, known, nameOnPage);
      return { ...settled.case, ...(kind && { kind }), row: index, deployment, known, budget };
    }),
  };
}

interface Subject extends Pick<Known, 'model'> {
  readonly label: string;
  readonly kind?: DesignKind;
}

/** A model, or every design that geometry by hand asks for. */
function subjectsOf({ model: ref }: Deployment, model: Known['model'] | undefined): readonly Subject[] {
  if (model !== undefined) {
    return [{ label: model.name, model }];
  }
  return 'design' in ref ? designs(ref.design) : [];
}

/** What tells rows apart beside their names: those parts of their uses that are not the same in all of them. */
function suffixesOf(rows: readonly Row[]): readonly string[] {
  const parts = rows.map(useParts);
  const places = Array.from({ length: parts[0]?.length ?? 0 }, (_, place) => place);
  const telling = places.filter((place) => new Set(parts.map((texts) => texts[place])).size > 1);
  return parts.map((texts) => {
    const shown = telling.map((place) => texts[place]).filter((text) => text !== undefined && text !== '');
    return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
  });
}

function useParts({ engine, keyDtype, valueDtype, devices, settings }: Row): readonly string[] {
  const dtypes = valueDtype === '' ? keyDtype : `${keyDtype || 'auto'} keys, ${valueDtype} values`;
  return [
    engine === DEFAULT_USE.engine ? '' : engine,
    dtypes,
    ...Object.entries(devices).map(([name, count]) => (count === '1' ? '' : `${name} ${count}`)),
    Object.entries(settings)
      .filter(([, value]) => value !== '')
      .map(([flag, value]) => `${flag} ${value}`)
      .join(', '),
  ];
}
