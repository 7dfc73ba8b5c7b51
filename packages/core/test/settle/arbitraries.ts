import fc from 'fast-check';
import type { Deployment, SettingValues } from '../../src/deployment/deployment.js';
import type { DesignKnobs } from '../../src/designs/designs.js';
import { ENGINE_NAMES, engineSettings } from '../../src/engines/all-settings.js';
import type { EngineSetting } from '../../src/engines/settings.js';
import { GPUS } from '../../src/gpus/index.js';
import { given } from '../../src/text/given.js';
import { dtype } from '../arbitraries.js';

const count = fc.integer({ min: 1, max: 1e6 });
const bytes = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 50 }),
  fc.integer({ min: 1, max: 4096 }).map((gib) => gib * 2 ** 30),
);

function value({ type }: EngineSetting): fc.Arbitrary<number | boolean | string> {
  switch (type) {
    case 'integer':
      return count;
    case 'number':
      return fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10);
    case 'fraction':
      return fc.integer({ min: 1, max: 1000 }).map((thousandths) => thousandths / 1000);
    case 'boolean':
      return fc.boolean();
    case 'text':
      return fc.constant('a text');
    default:
      return fc.constantFrom(...type);
  }
}

/** An engine's name, release and any of its settings. */
const engine: fc.Arbitrary<Deployment['engine']> = fc.constantFrom(...ENGINE_NAMES).chain((name) =>
  fc
    .subarray([...engineSettings(name)])
    .chain((settings) =>
      fc.tuple(...settings.map((setting) => value(setting).map((one) => [setting.key, one] as const))),
    )
    .map((pairs) => {
      const { version, ...settings }: SettingValues = Object.fromEntries(pairs);
      return { name, ...(version === undefined ? {} : { release: String(version) }), settings };
    }),
);

const ratio = fc.record({ cheap: fc.integer({ min: 1, max: 9 }), full: fc.integer({ min: 0, max: 9 }) });

const design: fc.Arbitrary<DesignKnobs> = fc
  .record(
    {
      embDim: count,
      nHeads: count,
      nLayers: count,
      nKvGroups: fc.array(count, { maxLength: 3 }),
      headDim: count,
      latent: fc.record({ kvLoraRank: count, qkRopeHeadDim: count }, { requiredKeys: ['kvLoraRank'] }),
      sliding: fc.record(
        { slidingWindowSize: count, swaRatio: ratio },
        { requiredKeys: ['slidingWindowSize'] },
      ),
      recurrentRatio: ratio,
    },
    { requiredKeys: ['embDim', 'nHeads', 'nLayers', 'nKvGroups'], noNullPrototype: true },
  )
  .map(({ latent, sliding, ...knobs }) => ({ ...knobs, ...latent, ...sliding }));

const model: fc.Arbitrary<Deployment['model']> = fc.oneof(
  fc.constantFrom({ id: 'Qwen/Qwen3-32B' }, { id: 'hf:org/name' }, { id: './a b/config.json' }),
  design.map((knobs) => ({ design: knobs })),
);

const gpu = fc.constantFrom(...GPUS.map(({ id }) => id));

const devices: fc.Arbitrary<Deployment['devices']> = fc.oneof(
  fc.constant([]),
  fc
    .record({ gpu, memoryBytes: bytes, count }, { requiredKeys: [], noNullPrototype: true })
    .map((kind) => (Object.keys(kind).length === 0 ? [] : [kind])),
  fc.uniqueArray(
    fc.record(
      { gpu, count: fc.integer({ min: 1, max: 9999 }) },
      { requiredKeys: ['gpu'], noNullPrototype: true },
    ),
    {
      minLength: 2,
      maxLength: 3,
      comparator: (one, other) => one.gpu === other.gpu,
    },
  ),
);

/** Anything that a person can say of a model that has a name or a design. */
export const deployment: fc.Arbitrary<Deployment> = fc
  .record(
    {
      model,
      weights: fc.oneof(
        dtype.map((name) => ({ dtype: name })),
        bytes.map((size) => ({ bytes: size })),
      ),
      engine,
      load: fc.record(
        { contextLength: count, numSequences: count, keyDtype: dtype, valueDtype: dtype },
        { requiredKeys: [], noNullPrototype: true },
      ),
      parallelism: fc.record(
        { tensorParallel: count, pipelineParallel: count, dataParallel: count, contextParallel: count },
        { requiredKeys: [], noNullPrototype: true },
      ),
      devices,
      overheadBytes: fc.oneof(fc.constant(0), bytes),
    },
    { requiredKeys: ['model', 'engine', 'load', 'parallelism', 'devices'], noNullPrototype: true },
  )
  .map((any) => given(any) as Deployment);
