import {
  contextFigure,
  DEFAULT_WORKLOAD,
  type DtypeName,
  designs,
  designsTitle,
  doublingLengths,
  type Figure,
  type FigureStyle,
  type FigureTable,
  figureTable,
  formatBytes,
  formatRatio,
  formatTokens,
  ideal,
  type KnobTexts,
  parseDtype,
  parseInteger,
  parseKnobs,
  parseTokens,
  type Sweep,
  savingAgainst,
  sweep,
} from '@kv/core';
import type { State } from './state.js';

/** All that the page shows for a state. */
export interface View {
  /** The result in one sentence. */
  readonly answer: string;
  readonly figure: Figure;
  readonly table: FigureTable;
  readonly warnings: readonly string[];
}

/**
 * What a state means.
 *
 * @param look how the figure is to look on this device: its colours, the room for it.
 * @throws InputError, in words that begin with the name of the field that makes no sense where it is one.
 */
export function viewOf(state: State, look: Pick<FigureStyle, 'theme' | 'size'>): View {
  const keyDtype = parseDtype(state.key_dtype);
  const knobs = { ...parseKnobs(knobTextsOf(state), fieldOf), dtype: keyDtype };
  const workload = {
    ...DEFAULT_WORKLOAD,
    numSequences: parseInteger(state.batch_size, 'batch_size'),
    keyDtype,
    valueDtype: parseDtype(state.value_dtype) satisfies DtypeName,
  };
  const lengths = doublingLengths(tokens(state, 'min_context'), tokens(state, 'max_context'));
  const cases = designs(knobs).map((design) => ({ ...design, workload, engine: ideal }));
  const result = sweep(cases, lengths);
  const units = state.units === 'GiB' ? 'binary' : 'decimal';
  const style = {
    title: designsTitle(cases.map(({ kind }) => kind)),
    logX: state.x_axis === 'log',
    logY: state.y_axis === 'log',
    units,
    ...look,
  } as const;
  return {
    answer: answerOf(result, units),
    figure: contextFigure(result, style),
    table: figureTable(result, units),
    warnings: [...new Set(cases.flatMap(({ model }) => model.warnings))],
  };
}

function answerOf({ contextLengths, series }: Sweep, units: 'decimal' | 'binary'): string {
  const last = contextLengths.length - 1;
  const [reference, ...others] = series.map(({ label, totalBytes }) => ({
    label,
    bytes: totalBytes[last] ?? 0,
  }));
  if (reference === undefined) {
    return '';
  }
  const start = `At ${formatTokens(contextLengths[last] ?? 0)} tokens, ${reference.label} takes ${formatBytes(reference.bytes, units)}`;
  const least = others.reduce((best, item) => (item.bytes < best.bytes ? item : best), reference);
  return least === reference
    ? `${start}.`
    : `${start}; ${least.label} takes ${formatBytes(least.bytes, units)}, ${formatRatio(savingAgainst(reference.bytes, least.bytes))} less.`;
}

function tokens(state: State, field: 'min_context' | 'max_context'): number {
  return parseTokens(state[field], field);
}

const KNOBS = {
  embDim: 'emb_dim',
  nHeads: 'n_heads',
  nLayers: 'n_layers',
  headDim: 'head_dim',
  nKvGroups: 'n_kv_groups',
  latentDim: 'latent_dim',
  slidingWindowSize: 'sliding_window_size',
  swaRatio: 'swa_ratio',
  recurrentRatio: 'recurrent_ratio',
} as const satisfies Partial<Record<keyof KnobTexts, keyof State>>;

function knobTextsOf(state: State): KnobTexts {
  return Object.fromEntries(
    Object.entries(KNOBS)
      .map(([key, field]) => [key, state[field]] as const)
      .filter(([, text]) => text.trim() !== ''),
  );
}

function fieldOf(key: keyof KnobTexts): string {
  const fields: Partial<Record<keyof KnobTexts, string>> = KNOBS;
  return fields[key] ?? key;
}
