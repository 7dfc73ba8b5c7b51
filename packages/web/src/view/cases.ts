import {
  autoKvCacheDtype,
  type Case,
  type ChosenDtype,
  DEFAULT_WORKLOAD,
  type DesignKind,
  designs,
  type Engine,
  InputError,
  type KnobTexts,
  type Model,
  parseBytes,
  parseDtype,
  parseInteger,
  parseKnobs,
  parseSetting,
  type Workload,
  weightsInDtype,
} from '@kv/core';
import type { EngineState } from '../library/engines.js';
import type { Library, ModelState } from '../library/library.js';
import { settingsOf } from '../state/settings.js';
import { DEFAULT_USE, KNOB_NAMES, type KnobName, type Row, type Use } from '../state/state.js';

/** A case that the page shows: one row's model, or one of its designs. */
export interface PageCase extends Case {
  /** Where the row is, from 0. */
  readonly row: number;
  readonly kind?: DesignKind;
}

/** What a row means. */
export type RowMeaning =
  | { readonly status: 'ready'; readonly cases: readonly PageCase[] }
  | Exclude<ModelState, { status: 'ready' }>;

/** The part of a workload that all rows have in common. */
export interface SharedWorkload extends Pick<Workload, 'contextLength' | 'numSequences'> {
  /** Devices of a row that does not set its own. */
  readonly numGpus: number;
}

/** What each row means; a row that means nothing says why, and leaves the others alone. */
export function meaningsOf(
  rows: readonly Row[],
  shared: SharedWorkload,
  library: Library,
): readonly RowMeaning[] {
  const suffixes = suffixesOf(rows);
  return rows.map((row, index) => {
    const found = row.kind === 'model' ? library.model(row.model) : undefined;
    if (found !== undefined && found.status !== 'ready') {
      return found;
    }
    const rules = library.engine(row.engine);
    if (rules.status !== 'ready') {
      return rules;
    }
    try {
      const engine = engineOf(row, rules.engineNamed);
      const cases =
        found === undefined
          ? designCases(row, engine, shared)
          : [modelCase(found.model, row, engine, shared)];
      const suffix = suffixes[index] ?? '';
      return {
        status: 'ready',
        cases: cases.map((item) => ({ ...item, row: index, label: `${item.label}${suffix}` })),
      };
    } catch (error) {
      if (error instanceof InputError) {
        return { status: 'problem', message: error.message };
      }
      throw error;
    }
  });
}

type ReadyEngines = Extract<EngineState, { status: 'ready' }>;

type Unplaced = Omit<PageCase, 'row'>;

function modelCase(model: Model, use: Use, engine: Engine, shared: SharedWorkload): Unplaced {
  const auto = autoKvCacheDtype(engine, model);
  return {
    label: model.name,
    model: withWeights(model, use),
    engine,
    workload: workloadOf(use, engine, auto, shared),
  };
}

function designCases(row: Row, engine: Engine, shared: SharedWorkload): readonly Unplaced[] {
  if (row.kind !== 'design') {
    return [];
  }
  return designs(parseKnobs(knobTextsOf(row.knobs), flagOf)).map(({ kind, label, model }) => {
    const workload = workloadOf(row, engine, autoKvCacheDtype(engine, model), shared);
    // A design's recurrent states are kept in the dtype that is chosen for everything.
    return {
      kind,
      label,
      engine,
      workload,
      model: withWeights({ ...model, dtype: { dtype: workload.keyDtype, reason: 'as asked' } }, row),
    };
  });
}

function engineOf({ engine, settings }: Use, engineNamed: ReadyEngines['engineNamed']): Engine {
  const values = settingsOf(engine).flatMap((setting) => {
    const text = settings[setting.name] ?? '';
    return text.trim() === '' ? [] : [[setting.key, parseSetting(setting, text)] as const];
  });
  return engineNamed(engine, Object.fromEntries(values));
}

function workloadOf(
  { keyDtype, valueDtype, devices }: Use,
  engine: Engine,
  auto: ChosenDtype,
  { numGpus, ...shared }: SharedWorkload,
): Workload {
  const key = keyDtype === '' ? auto.dtype : parseDtype(keyDtype);
  const own = {
    tensorParallel: parseInteger(devices.tp, 'tp'),
    pipelineParallel: parseInteger(devices.pp, 'pp'),
    dataParallel: parseInteger(devices.dp, 'dp'),
    contextParallel: parseInteger(devices.cp, 'cp'),
  };
  const isUnset = Object.values(own).every((count) => count === 1);
  return {
    ...DEFAULT_WORKLOAD,
    ...shared,
    keyDtype: key,
    valueDtype: valueDtype === '' ? key : parseDtype(valueDtype),
    ...own,
    ...(isUnset ? { [engine.splitsBy ?? 'tensorParallel']: numGpus } : {}),
  };
}

/** The model with weights as the row says, where it says anything. */
function withWeights(model: Model, { weights, weightDtype }: Use): Model {
  if (weights.trim() !== '') {
    return {
      ...model,
      weights: { bytes: parseBytes(weights, 'the size of the weights'), source: 'as given' },
    };
  }
  if (weightDtype === '' || model.weights === undefined) {
    return model;
  }
  return { ...model, weights: weightsInDtype(model.weights, parseDtype(weightDtype), model.dtype.dtype) };
}

const KNOB_KEYS = Object.fromEntries(
  KNOB_NAMES.map((name) => [name, name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]),
) as Readonly<Record<KnobName, keyof KnobTexts>>;

function knobTextsOf(knobs: Readonly<Record<KnobName, string>>): KnobTexts {
  return Object.fromEntries(
    KNOB_NAMES.filter((name) => knobs[name].trim() !== '').map((name) => [KNOB_KEYS[name], knobs[name]]),
  );
}

/** Knobs are named in messages as their controls are: `emb_dim`, as the teaching scripts say. */
function flagOf(key: keyof KnobTexts): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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

function useParts({ engine, keyDtype, valueDtype, devices, settings }: Use): readonly string[] {
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
