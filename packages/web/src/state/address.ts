import { parseFirstVersion } from './address-v1.js';
import { settingsOf } from './settings.js';
import {
  CHOICES,
  DEFAULT_STATE,
  DEFAULT_USE,
  DEVICE_NAMES,
  type DesignRow,
  isLocal,
  KNOB_NAMES,
  type Knobs,
  MAX_ROWS,
  NO_KNOBS,
  type ParsedState,
  type Row,
  type State,
  type Use,
} from './state.js';

/**
 * The format of addresses, which are shared as links. One parameter for each row, in order: `model=` a name or
 * `design=` a geometry, each with its use after semicolons, then one for each other field that is not as the page opens:
 *
 *     ?v=2&model=meta-llama/Llama-3.1-8B;engine=vllm;block-size=32&design=emb-dim=4096;n-heads=32;n-layers=32&chart=batch
 *
 * Links of version 1 are still read.
 */
const VERSION = '2';

/** The fields of a state that are one text each, by their names in the address. */
const FIELDS = {
  chart: 'chart',
  context: 'context',
  sequences: 'sequences',
  'min-context': 'minContext',
  'max-context': 'maxContext',
  'x-axis': 'xAxis',
  'y-axis': 'yAxis',
  units: 'units',
  theme: 'theme',
  series: 'series',
  gpu: 'gpu',
  gpus: 'gpus',
  overhead: 'overhead',
  'gpu-memory-utilization': 'utilization',
} as const satisfies Record<string, Exclude<keyof State, 'rows'>>;

/** Settings that links have under the names of before. */
const RENAMED: ReadonlyMap<string, string> = new Map([['n-batch', 'batch-size']]);

/** Reads the query of an address, whatever it holds. Fields that it does not name are as the page opens. */
export function parseAddress(query: string): ParsedState {
  const parameters = new URLSearchParams(query);
  const version = parameters.get('v');
  parameters.delete('v');
  if (version === '1') {
    return parseFirstVersion(parameters);
  }
  if (version !== null && version !== VERSION) {
    return {
      state: DEFAULT_STATE,
      problems: [`This link is of version "${version}"; this page reads versions 1 and ${VERSION}.`],
    };
  }
  const problems: string[] = [];
  const rows: Row[] = [];
  const fields: Record<string, string> = {};
  for (const [key, value] of parameters) {
    if (key === 'model' || key === 'design') {
      rows.push(parseRow(key, value, problems));
    } else if (!Object.hasOwn(FIELDS, key)) {
      problems.push(leftOut(key));
    } else {
      const field = FIELDS[key as keyof typeof FIELDS];
      const choices: readonly string[] | undefined = (CHOICES as Partial<Record<string, readonly string[]>>)[
        field
      ];
      if (choices?.includes(value) ?? true) {
        fields[field] = value;
      } else {
        problems.push(`The link's ${key} is "${value}"; it must be one of ${choices?.join(', ')}.`);
      }
    }
  }
  if (rows.length > MAX_ROWS) {
    problems.push(`The link compares ${rows.length} rows; the first ${MAX_ROWS} are shown.`);
  }
  return {
    state: { ...DEFAULT_STATE, ...fields, ...(rows.length > 0 ? { rows: rows.slice(0, MAX_ROWS) } : {}) },
    problems,
  };
}

/** The query that `parseAddress` reads back as this state, rows from dropped files aside; empty for the page as it opens. */
export function formatAddress(state: State): string {
  const pairs: [string, string][] = [];
  const shared = state.rows.filter((row) => !isLocal(row));
  const rows = shared.map(formatRow);
  const openingRows = DEFAULT_STATE.rows.map(formatRow);
  if (rows.join('\n') !== openingRows.join('\n')) {
    shared.forEach((row, index) => {
      pairs.push([row.kind, rows[index] ?? '']);
    });
  }
  for (const [key, field] of Object.entries(FIELDS)) {
    if (state[field] !== DEFAULT_STATE[field]) {
      pairs.push([key, state[field]]);
    }
  }
  return pairs.length === 0
    ? ''
    : `?${[['v', VERSION] as const, ...pairs].map(([key, value]) => parameter(key, value)).join('&')}`;
}

function formatRow(row: Row): string {
  const head = row.kind === 'model' ? [escapePart(row.model)] : [];
  const knobs = row.kind === 'design' ? KNOB_NAMES.map((name) => [name, row.knobs[name], ''] as const) : [];
  const dtypes =
    row.valueDtype === ''
      ? [['kv-dtype', row.keyDtype, ''] as const]
      : [['key-dtype', row.keyDtype, ''] as const, ['value-dtype', row.valueDtype, ''] as const];
  const options: (readonly [string, string, string])[] = [
    ...knobs,
    ...dtypes,
    ['engine', row.engine, DEFAULT_USE.engine],
    ...DEVICE_NAMES.map((name) => [name, row.devices[name], DEFAULT_USE.devices[name]] as const),
    ['weights', row.weights, ''],
    ['weight-dtype', row.weightDtype, ''],
    ...Object.entries(row.settings).map(([flag, value]) => [flag, value, ''] as const),
  ];
  const given = options.filter(([, value, usual]) => value !== usual);
  return [...head, ...given.map(([key, value]) => `${key}=${escapePart(value)}`)].join(';');
}

function parseRow(kind: Row['kind'], text: string, problems: string[]): Row {
  const parts = text.split(';');
  const model = kind === 'model' ? unescapePart(parts.shift() ?? '') : '';
  const given = new Map(
    parts
      .filter((part) => part !== '')
      .map((part) => {
        const [key = '', ...value] = part.split('=');
        return [RENAMED.get(key) ?? key, unescapePart(value.join('='))] as const;
      }),
  );
  const take = (key: string, usual: string): string => {
    const value = given.get(key);
    given.delete(key);
    return value ?? usual;
  };
  const knobs: Knobs =
    kind === 'design'
      ? { ...NO_KNOBS, ...Object.fromEntries(KNOB_NAMES.map((name) => [name, take(name, '')])) }
      : NO_KNOBS;
  const bothDtypes = take('kv-dtype', '');
  const use: Use = {
    engine: take('engine', DEFAULT_USE.engine),
    keyDtype: take('key-dtype', bothDtypes),
    valueDtype: take('value-dtype', ''),
    devices: {
      ...{ tp: take('tp', DEFAULT_USE.devices.tp), pp: take('pp', DEFAULT_USE.devices.pp) },
      ...{ dp: take('dp', DEFAULT_USE.devices.dp), cp: take('cp', DEFAULT_USE.devices.cp) },
    },
    weights: take('weights', ''),
    weightDtype: take('weight-dtype', ''),
    settings: {},
  };
  const flags = settingsOf(use.engine).map(({ name }) => name);
  const settings = Object.fromEntries([...given].filter(([flag]) => flags.includes(flag)));
  problems.push(...[...given.keys()].filter((key) => !flags.includes(key)).map(leftOut));
  return kind === 'model'
    ? { kind, model, ...use, settings }
    : ({ kind, knobs, ...use, settings } satisfies DesignRow);
}

function leftOut(key: string): string {
  return `The link's "${key}" is not known and was left out.`;
}

function escapePart(text: string): string {
  return text.replace(/[%;]/g, encodeURIComponent);
}

function unescapePart(text: string): string {
  return text.replace(/%(25|3B)/gi, decodeURIComponent);
}

/** A parameter, with what a query may hold left as it is, so that links can be read. */
function parameter(key: string, value: string): string {
  return new URLSearchParams([[key, value]]).toString().replace(/%(2F|3A|2C|3B|3D|40)/g, decodeURIComponent);
}
