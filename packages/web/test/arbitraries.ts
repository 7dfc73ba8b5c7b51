import { DTYPES, ENGINE_NAMES } from '@kv/core';
import fc from 'fast-check';
import { settingsOf } from '../src/state/settings.js';
import {
  CHOICES,
  DEFAULT_STATE,
  DEVICE_NAMES,
  KNOB_NAMES,
  type Knobs,
  MAX_ROWS,
  type Row,
  type State,
  type Use,
} from '../src/state/state.js';

/** What a person may type into a field, sensible or not. */
export const typed = fc.oneof(
  fc.constantFrom('', '1', '0', '-1', '64', '1.5', '5:1', '128k', '9e99', '4,8', 'a;b=c%d', 'x y'),
  fc.string({ unit: 'grapheme' }),
);

const dtype = fc.constantFrom('', ...DTYPES.map(({ name }) => name));

const use: fc.Arbitrary<Use> = fc.constantFrom(...ENGINE_NAMES).chain((engine) =>
  fc.record(
    {
      engine: fc.constant(engine),
      keyDtype: dtype,
      valueDtype: dtype,
      devices: fc.record(
        Object.fromEntries(DEVICE_NAMES.map((name) => [name, fc.oneof(fc.constant('1'), typed)])),
        { noNullPrototype: true },
      ) as fc.Arbitrary<Use['devices']>,
      weights: typed,
      weightDtype: dtype,
      settings: fc
        .subarray([...settingsOf(engine)])
        .chain((settings) => fc.tuple(...settings.map(({ name }) => fc.tuple(fc.constant(name), notEmpty))))
        .map((pairs) => Object.fromEntries(pairs)),
    },
    { noNullPrototype: true },
  ),
);

const notEmpty = typed.filter((text) => text !== '');

const knobs = fc.record(Object.fromEntries(KNOB_NAMES.map((name) => [name, typed])), {
  noNullPrototype: true,
}) as fc.Arbitrary<Knobs>;

/** Names of models as links hold them; files stay on the page. */
const model = fc.oneof(
  fc.constantFrom('meta-llama/Llama-3.1-8B', 'hf:org/name', 'org/a;b', '<img src=x>'),
  fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('file:')),
);

export const row: fc.Arbitrary<Row> = fc.oneof(
  fc.tuple(model, use).map(([name, how]) => ({ kind: 'model' as const, model: name, ...how })),
  fc.tuple(knobs, use).map(([texts, how]) => ({ kind: 'design' as const, knobs: texts, ...how })),
);

const fields = Object.fromEntries(
  Object.entries(DEFAULT_STATE)
    .filter(([field]) => field !== 'rows')
    .map(([field, usual]) => {
      const choices: Partial<Record<string, readonly string[]>> = CHOICES;
      const words = choices[field];
      return [field, words === undefined ? fc.oneof(fc.constant(usual), typed) : fc.constantFrom(...words)];
    }),
) as { [Field in Exclude<keyof State, 'rows'>]: fc.Arbitrary<State[Field]> };

/** Any state that a link can hold. */
export const state: fc.Arbitrary<State> = fc
  .record(
    {
      rows: fc.oneof(fc.constant(DEFAULT_STATE.rows), fc.array(row, { minLength: 1, maxLength: MAX_ROWS })),
      ...fields,
    },
    { noNullPrototype: true },
  )
  .map((any) => any as State);
