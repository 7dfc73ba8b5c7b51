import { ENGINE_NAMES } from '@kv/core';
import type { Library } from '../library/library.js';
import { settingsOf } from '../state/settings.js';
import {
  DEFAULT_USE,
  DEVICE_NAMES,
  gpuIds,
  KNOB_NAMES,
  type Row,
  type State,
  type Use,
} from '../state/state.js';

/**
 * The commands that print what the page shows, ready for a POSIX shell: one for all rows that are used alike, and one
 * for each design. A file that was dropped is taken from the folder in which the command runs.
 */
export function commandOf(state: State, library: Library): string {
  return groupsOf(state.rows, state.chart)
    .map((rows) => commandFor(rows, state, library).map(quoted).join(' '))
    .join('\n');
}

/** Rows that one command can show. `kv estimate` and `kv inspect` take one model. */
function groupsOf(rows: readonly Row[], chart: State['chart']): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const group = groups.find(
      ([first]) =>
        first !== undefined &&
        (chart === 'context' || chart === 'savings') &&
        first.kind === 'model' &&
        row.kind === 'model' &&
        useFlags(first).join('\n') === useFlags(row).join('\n'),
    );
    if (group === undefined) {
      groups.push([row]);
    } else {
      group.push(row);
    }
  }
  return groups;
}

function commandFor(rows: readonly Row[], state: State, library: Library): readonly string[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const subject = rows.flatMap(subjectOf);
  const sequences = state.sequences === '1' ? [] : ['--sequences', state.sequences];
  const workload = ['--context', state.context, ...sequences];
  const used = useFlags(first, splitFlags(first, state, library));
  switch (state.chart) {
    case 'context':
      return ['kv', 'plot', ...subject, ...used, ...sequences, ...figureFlags(state)];
    case 'layers':
      return first.kind === 'model'
        ? ['kv', 'inspect', ...subject]
        : ['kv', 'compare', ...subject, ...used, ...workload];
    case 'savings':
      return ['kv', 'compare', ...subject, ...used, ...workload];
    case 'fit':
      return [
        ...['kv', 'fit', ...subject, ...useFlags(first), ...weightFlags(first), ...workload],
        ...deviceFlags(first, state),
      ];
    default:
      return first.kind === 'model'
        ? ['kv', 'estimate', ...subject, ...used, ...workload, '--explain']
        : ['kv', 'compare', ...subject, ...used, ...workload];
  }
}

function subjectOf(row: Row): readonly string[] {
  if (row.kind === 'model') {
    return [row.model.replace(/^file:/, './')];
  }
  return KNOB_NAMES.flatMap((name) => (row.knobs[name] === '' ? [] : [`--${name}`, row.knobs[name]]));
}

/** @param split flags for devices that share the work of a row that does not set its own. */
function useFlags(
  { engine, keyDtype, valueDtype, devices, settings }: Use,
  split: readonly string[] = [],
): readonly string[] {
  return [
    ...(engine === DEFAULT_USE.engine ? [] : ['--engine', engine]),
    ...(keyDtype === '' ? [] : [valueDtype === '' ? '--kv-dtype' : '--key-dtype', keyDtype]),
    ...(valueDtype === '' ? [] : ['--value-dtype', valueDtype]),
    ...DEVICE_NAMES.flatMap((name) =>
      devices[name] === DEFAULT_USE.devices[name] ? [] : [`--${name}`, devices[name]],
    ),
    ...split,
    ...settingFlags(engine, settings),
  ];
}

function setsDevices({ devices }: Use): boolean {
  return DEVICE_NAMES.some((name) => devices[name] !== DEFAULT_USE.devices[name]);
}

/** Flags that share the work of a row as its engine does when told nothing else. */
function splitFlags(use: Use, { gpus }: State, library: Library): readonly string[] {
  if (gpus === '1' || setsDevices(use)) {
    return [];
  }
  const rules = ENGINE_NAMES.includes(use.engine) ? library.engine(use.engine) : undefined;
  const splitsBy = rules?.status === 'ready' ? rules.engineNamed(use.engine).splitsBy : undefined;
  return [splitsBy === 'pipelineParallel' ? '--pp' : '--tp', gpus];
}

function settingFlags(engine: string, settings: Use['settings']): readonly string[] {
  return settingsOf(engine).flatMap(({ name, type }) => {
    const value = settings[name] ?? '';
    if (value === '') {
      return [];
    }
    return type === 'boolean' ? [value === 'off' ? `--no-${name}` : `--${name}`] : [`--${name}`, value];
  });
}

function weightFlags({ weights, weightDtype }: Use): readonly string[] {
  if (weights !== '') {
    return ['--weights', weights];
  }
  return weightDtype === '' ? [] : ['--weight-dtype', weightDtype];
}

function deviceFlags(use: Use, state: State): readonly string[] {
  const { overhead, utilization } = state;
  const [gpu = ''] = gpuIds(state);
  return [
    ...(gpu === '' ? [] : ['--gpu', gpu]),
    ...(state.gpus === '1' || setsDevices(use) ? [] : ['--gpus', state.gpus]),
    ...(overhead === '' ? [] : ['--overhead', overhead]),
    ...(utilization === '' ? [] : ['--gpu-memory-utilization', utilization]),
  ];
}

function figureFlags({ minContext, maxContext, xAxis, yAxis, units, theme }: State): readonly string[] {
  return [
    ...(minContext === '' ? [] : ['--min-context', minContext]),
    ...(maxContext === '' ? [] : ['--max-context', maxContext]),
    ...(xAxis === 'linear' ? ['--linear-x'] : []),
    ...(yAxis === 'log' ? ['--log-y'] : []),
    ...(units === 'GiB' ? ['--units', units] : []),
    ...(theme === 'dark' ? ['--theme', theme] : []),
  ];
}

/** An argument as a POSIX shell reads it back. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
