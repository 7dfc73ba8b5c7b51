import fc from 'fast-check';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { describe } from '../../src/import/fields.js';
import { checkModel } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';

type Json = Readonly<Record<string, unknown>>;

/** Values that no field of a config expects, or that few do. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  7,
  0.5,
  128.5,
  1e9,
  2 ** 53 - 1,
  2 ** 53,
  1e300,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  '',
  'auto',
  '__proto__',
  'constructor',
  '128',
  [],
  [null],
  [[]],
  ['full_attention'],
  {},
  { __proto__: null, toString: 1 },
];

/** Enormous and deep values, each made only when it is drawn. */
const HEAVY_VALUES: readonly (() => unknown)[] = [
  () => Array.from({ length: 1_000_000 }, () => 'full_attention'),
  () => Array.from({ length: 100_001 }, () => 4),
  () => Array.from({ length: 5_000 }).reduce((inner: unknown) => [inner], 1),
  () => Array.from({ length: 5_000 }).reduce((inner: unknown) => ({ text_config: inner }), {}),
  () => 'x'.repeat(1_000_000),
];

const oddValue = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...ODD_VALUES) },
  { weight: 1, arbitrary: fc.constantFrom(...HEAVY_VALUES).map((make) => make()) },
  { weight: 5, arbitrary: fc.jsonValue() },
);

/** Fields that families read, set where a config does not have them. */
const FOREIGN_KEYS = [
  'layer_types',
  'sliding_window',
  'sliding_window_pattern',
  'num_hidden_layers',
  'num_key_value_heads',
  'num_kv_shared_layers',
  'use_cla',
  'text_config',
  'quantization_config',
  'block_configs',
  'model_type',
  'architectures',
  'dtype',
  '__proto__',
  'constructor',
];

/** The config with one to three fields dropped, replaced or added, at any depth that its fields have. */
export function mutated(config: Json): fc.Arbitrary<Json> {
  const paths = pathsOf(config);
  const change = fc.record({
    path: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...paths) },
      { weight: 1, arbitrary: fc.constantFrom(...FOREIGN_KEYS).map((key) => [key]) },
    ),
    drop: fc.boolean(),
    value: oddValue,
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const broken = changes.reduce<Json>(
      (current, { path, drop, value }) => changed(current, path, drop ? undefined : { value }) as Json,
      config,
    );
    const text = changes.map(({ path, drop, value }) =>
      drop ? `without ${path.join('.')}` : `${path.join('.')} = ${describe(value)}`,
    );
    return Object.defineProperty({ ...broken }, fc.toStringMethod, { value: () => text.join(', ') });
  });
}

/** The text of the config, cut short, with a field twice, or with one that JavaScript has a meaning for. */
export function brokenText(config: Json): fc.Arbitrary<string> {
  const text = JSON.stringify(config);
  const field = fc
    .tuple(fc.constantFrom(...Object.keys(config), ...FOREIGN_KEYS), fc.jsonValue())
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return fc.oneof(
    fc.nat(text.length).map((length) => text.slice(0, length)),
    field.map((first) => `{${first},${text.slice(1)}`),
    field.map((last) => `${text.slice(0, -1)},${last}}`),
  );
}

/** Every path to a field, not those into long lists. */
function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value)
    .slice(0, 100)
    .flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

function changed(
  value: unknown,
  path: readonly string[],
  to: { readonly value: unknown } | undefined,
): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index >= value.length) {
      return value;
    }
    const inner = rest.length > 0 ? changed(value[index], rest, to) : to?.value;
    return to === undefined && rest.length === 0 ? value.toSpliced(index, 1) : value.with(index, inner);
  }
  const entries = Object.entries(value).filter(([name]) => name !== key);
  if (rest.length > 0) {
    entries.push([key, changed((value as Json)[key], rest, to)]);
  } else if (to !== undefined) {
    entries.push([key, to.value]);
  }
  // As JSON.parse does, and unlike an assignment, this makes "__proto__" a field like any other.
  return Object.fromEntries(entries);
}

/**
 * Fails unless a config ends as a valid model with an exact estimate, or as one clear InputError.
 *
 * @returns whether it was a model.
 */
export function endsWell(config: unknown): boolean {
  return readEndsWell(() => config);
}

/** The same for a config that is still to be read. */
export function readEndsWell(read: () => unknown): boolean {
  try {
    const model = checkModel(modelFromConfig(read(), { id: 'mutated', source: 'a test' }));
    const { totalBytes, bytesPerToken } = estimate(model, {
      ...DEFAULT_WORKLOAD,
      contextLength: 1000,
      keyDtype: model.kvCacheDtype.dtype,
      valueDtype: model.kvCacheDtype.dtype,
    });
    for (const bytes of [totalBytes, bytesPerToken]) {
      if (!Number.isSafeInteger(bytes) || bytes < 0) {
        throw new Error(`not a number of bytes: ${bytes}`);
      }
    }
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) {
      throw error;
    }
    if (error.message.length > 1000 || error.message.includes('\n')) {
      throw new Error(`not one sentence: ${error.message.slice(0, 200)}`);
    }
    return false;
  }
}
