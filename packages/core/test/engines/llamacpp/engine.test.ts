import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { CACHE_TYPES } from '../../../src/engines/llamacpp/cache-types.js';
import { llamacpp } from '../../../src/engines/llamacpp/engine.js';
import type { LlamacppSettings } from '../../../src/engines/llamacpp/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import { type GgufMetadata, modelFromGguf } from '../../../src/import/gguf.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';

interface Golden {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly architecture: string;
        readonly layers: readonly { count: number; layer: Layer }[];
        readonly gguf: GgufMetadata;
      }
    >
  >;
  readonly cases: readonly GoldenCase[];
}

interface GoldenCase {
  readonly model: string;
  readonly workload: Partial<Workload>;
  readonly settings: LlamacppSettings;
  readonly logged: { readonly n_ctx_seq: number; readonly n_ubatch: number; readonly kv_unified: boolean };
  readonly log: {
    readonly caches: readonly {
      readonly cells: number;
      readonly layers: number;
      readonly streams: number;
      readonly size: string;
      readonly keys: string;
      readonly values: string;
    }[];
    readonly states: readonly string[];
  };
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../golden/llamacpp.json', import.meta.url), 'utf8'),
);

function goldenModel(id: string): Model {
  const known = golden.models[id];
  if (known === undefined) {
    throw new Error(`The golden file has no model ${id}.`);
  }
  const layers = known.layers.flatMap(({ count, layer }) => Array.from({ length: count }, () => layer));
  return modelOf(layers, { id, name: id, architecture: known.architecture });
}

/** The model that the GGUF file says which the engine was given. */
function ggufModel(id: string): Model {
  return modelFromGguf(golden.models[id]?.gguf ?? {}, [], { id, source: 'golden' });
}

/** `%.2f` of a float of MiB, as C prints it: an exact tie goes to the even digit. */
function mebibytes(bytes: number): string {
  const hundredths = (Math.fround(bytes) / 2 ** 20) * 100;
  const below = Math.floor(hundredths);
  const isTie = hundredths - below === 0.5;
  return ((isTie ? below + (below % 2) : Math.round(hundredths)) / 100).toFixed(2);
}

function run(model: Model, use: Partial<Workload> = {}, settings: LlamacppSettings = {}): Allocation {
  const workload: Workload = { ...DEFAULT_WORKLOAD, keyDtype: 'fp16', valueDtype: 'fp16', ...use };
  return estimate(model, workload, llamacpp(settings));
}

describe.each(Object.keys(golden.models))('%s', (id) => {
  const cases = golden.cases.filter(({ model }) => model === id);

  it.each(cases.map((one) => [JSON.stringify({ ...one.workload, ...one.settings }), one] as const))(
    'is cached as the engine logs it: %s',
    (_title, one) => {
      expectAsLogged(goldenModel(id), one);
      expectAsLogged(ggufModel(id), one);
    },
  );
});

function expectAsLogged(any: Model, { workload, settings, log }: GoldenCase): void {
  const { pools } = run(any, workload, settings);
  const caches = pools
    .filter(({ stateBytes }) => stateBytes === 0)
    .map(({ layers, tokens, keyBytes, valueBytes, bytes }) => ({
      slots: tokens,
      layers,
      size: mebibytes(bytes),
      keys: mebibytes(keyBytes),
      values: mebibytes(valueBytes),
    }));
  const logged = log.caches.map(({ cells, streams, layers, size, keys, values }) => ({
    slots: cells * streams,
    layers,
    size,
    keys,
    values,
  }));
  const inOrder = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort();
  expect(inOrder(caches)).toEqual(inOrder(logged));

  const stateBytes = pools.reduce((sum, pool) => sum + pool.stateBytes, 0);
  const loggedStates = log.states.reduce((sum, size) => sum + Number(size), 0);
  expect(Math.abs(stateBytes / 2 ** 20 - loggedStates)).toBeLessThanOrEqual(0.005 * log.states.length + 1e-9);
}

it('was asked about every kind of memory', () => {
  const kinds = Object.values(golden.models).flatMap(({ layers }) =>
    layers
      .flatMap(({ layer }) => (layer.kind === 'composite' ? layer.parts : [layer]))
      .map(({ kind }) => kind),
  );
  for (const kind of [
    'full',
    'sliding',
    'chunked',
    'latent',
    'compressed',
    'recurrent',
    'cross',
    'shared',
    'none',
  ]) {
    expect(kinds).toContain(kind);
  }
});

const heads = fc.record(
  {
    numKeyValueHeads: fc.integer({ min: 1, max: 16 }),
    keyHeadDim: fc.constantFrom(64, 128, 192),
    valueHeadDim: fc.constantFrom(64, 128),
  },
  { noNullPrototype: true },
);
const slidingWindow = fc.integer({ min: 1, max: 8192 });
const layers = fc
  .tuple(
    slidingWindow,
    fc.array(
      fc.tuple(
        heads,
        fc.constantFrom('full' as const, 'sliding' as const, 'recurrent' as const),
        arbitrary.recurrentLayer,
      ),
      { minLength: 1, maxLength: 8 },
    ),
  )
  .map(([window, all]) =>
    all.map(([sizes, kind, recurrent]): Layer => {
      switch (kind) {
        case 'full':
          return { ...sizes, kind };
        case 'sliding':
          return { ...sizes, kind, slidingWindow: window };
        default:
          return recurrent;
      }
    }),
  );
const model = layers.map((all) => modelOf(all));
const cacheType = fc.constantFrom(...CACHE_TYPES.keys());
const use = fc.record(
  {
    contextLength: fc.integer({ min: 1, max: 100_000 }),
    numSequences: fc.integer({ min: 1, max: 16 }),
    keyDtype: cacheType,
    valueDtype: cacheType,
  },
  { noNullPrototype: true },
);
const settings: fc.Arbitrary<LlamacppSettings> = fc.record(
  {
    ubatchSize: fc.integer({ min: 1, max: 4096 }),
    // A batch has room for a token of each sequence.
    batchSize: fc.integer({ min: 32, max: 4096 }),
    kvUnified: fc.boolean(),
    swaFull: fc.boolean(),
    flashAttn: fc.constantFrom('auto' as const, 'on' as const),
  },
  { noNullPrototype: true },
);

describe('an allocation', () => {
  it('is never below what attention needs', () => {
    fc.assert(
      fc.property(model, use, settings, (any, workload, set) => {
        const fp32States = modelOf(
          any.layers.map((layer) =>
            layer.kind === 'recurrent' && layer.state !== undefined
              ? { ...layer, state: { ...layer.state, dtype: 'fp32' as const } }
              : layer,
          ),
        );
        const least = estimate(fp32States, { ...DEFAULT_WORKLOAD, ...workload });
        expect(run(any, workload, set).totalBytes).toBeGreaterThanOrEqual(least.totalBytes);
      }),
    );
  });

  it('grows with the context and with sequences', () => {
    fc.assert(
      fc.property(model, use, settings, (any, workload, set) => {
        const { totalBytes } = run(any, workload, set);
        const longer = { ...workload, contextLength: workload.contextLength + 100 };
        const more = { ...workload, numSequences: workload.numSequences + 1 };
        expect(run(any, longer, set).totalBytes).toBeGreaterThanOrEqual(totalBytes);
        expect(run(any, more, set).totalBytes).toBeGreaterThanOrEqual(totalBytes);
      }),
    );
  });

  it('is what attention needs, at multiples of 256 tokens without windows and states', () => {
    fc.assert(
      fc.property(heads, use, fc.boolean(), (sizes, workload, kvUnified) => {
        const plain = modelOf([{ kind: 'full', ...sizes }]);
        const whole = { ...workload, contextLength: 256 * workload.contextLength };
        const least = estimate(plain, { ...DEFAULT_WORKLOAD, ...whole });
        expect(run(plain, whole, { kvUnified }).totalBytes).toBe(least.totalBytes);
      }),
    );
  });

  it('never takes more for a window than for full attention', () => {
    fc.assert(
      fc.property(heads, slidingWindow, use, settings, (sizes, window, workload, set) => {
        const slides = modelOf([{ kind: 'sliding', ...sizes, slidingWindow: window }]);
        const keeps = modelOf([{ kind: 'full', ...sizes }]);
        expect(run(slides, workload, set).totalBytes).toBeLessThanOrEqual(
          run(keeps, workload, set).totalBytes,
        );
      }),
    );
  });

  it('treats keys and values alike', () => {
    fc.assert(
      fc.property(heads, use, settings, (sizes, workload, set) => {
        const { keyHeadDim, valueHeadDim, numKeyValueHeads } = sizes;
        const { keyDtype, valueDtype } = workload;
        const one = modelOf([{ kind: 'full', ...sizes }]);
        const other = modelOf([
          { kind: 'full', numKeyValueHeads, keyHeadDim: valueHeadDim, valueHeadDim: keyHeadDim },
        ]);
        expect(run(one, workload, set).totalBytes).toBe(
          run(other, { ...workload, keyDtype: valueDtype, valueDtype: keyDtype }, set).totalBytes,
        );
      }),
    );
  });

  it('takes as much in all on several devices as on one', () => {
    fc.assert(
      fc.property(model, use, settings, fc.nat(), (any, workload, set, seed) => {
        const pipelineParallel = 1 + (seed % any.numHiddenLayers);
        const split = run(any, { ...workload, pipelineParallel }, set);
        expect(split.totalBytes).toBe(run(any, workload, set).totalBytes);
        expect(split.perDeviceBytes * pipelineParallel).toBeGreaterThanOrEqual(split.totalBytes);
      }),
    );
  });

  it('says its cells and the rule for them', () => {
    const gemma = modelOf([
      { kind: 'full', numKeyValueHeads: 16, keyHeadDim: 128, valueHeadDim: 128 },
      { kind: 'sliding', numKeyValueHeads: 16, keyHeadDim: 128, valueHeadDim: 128, slidingWindow: 1024 },
    ]);
    expect(
      run(gemma, { contextLength: 5000, numSequences: 2 }).pools.map(({ explanation }) => explanation),
    ).toEqual([
      [
        '1 layers x 5120 cells x 2 streams x (K 16 x 128 fp16 + V 16 x 128 fp16); cells: 5000 tokens padded to 256',
      ],
      [
        '1 layers x 1536 cells x 2 streams x (K 16 x 128 fp16 + V 16 x 128 fp16); cells: window 1024 + ubatch 512, at most 5120, padded to 256',
      ],
    ]);
  });
});

describe('one cache for all sequences', () => {
  it('pads their sum rather than each', () => {
    const plain = modelOf([{ kind: 'full', numKeyValueHeads: 1, keyHeadDim: 64, valueHeadDim: 64 }]);
    const tokensOf = (kvUnified: boolean) =>
      run(plain, { contextLength: 100, numSequences: 4 }, { kvUnified }).pools.map(({ tokens }) => tokens);
    expect(tokensOf(true)).toEqual([512]);
    expect(tokensOf(false)).toEqual([1024]);
  });
});

describe('without flash attention', () => {
  const uneven = modelOf([
    { kind: 'full', numKeyValueHeads: 1, keyHeadDim: 512, valueHeadDim: 512 },
    { kind: 'sliding', numKeyValueHeads: 1, keyHeadDim: 256, valueHeadDim: 256, slidingWindow: 512 },
  ]);

  it('values are as wide as those of the widest layer', () => {
    const [, narrow] = run(uneven, { contextLength: 4096 }, { flashAttn: 'off' }).pools;
    expect(narrow?.valueBytes).toBe(2 * (narrow?.keyBytes ?? 0));
    expect(narrow?.explanation.join()).toContain('padded from 256');
  });

  it('values of an architecture that never has it cannot be quantized either', () => {
    const grok = goldenModel('xai-org/grok-1');
    expect(() => run(grok, { valueDtype: 'q8_0' })).toThrow(InputError);
  });

  it('values cannot be quantized', () => {
    expect(() => run(uneven, { valueDtype: 'q8_0' }, { flashAttn: 'off' })).toThrow(InputError);
    expect(() => run(uneven, { keyDtype: 'q8_0' }, { flashAttn: 'off' })).not.toThrow();
  });
});

describe('what the engine does not have', () => {
  const plain = modelOf([{ kind: 'full', numKeyValueHeads: 8, keyHeadDim: 80, valueHeadDim: 80 }]);
  const latent = modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]);
  const window = (slidingWindow: number): Layer => ({
    kind: 'sliding',
    numKeyValueHeads: 1,
    keyHeadDim: 64,
    valueHeadDim: 64,
    slidingWindow,
  });

  it.each([
    ['heads split over devices', plain, { tensorParallel: 2 }, /pipelineParallel/],
    ['replicas', plain, { dataParallel: 2 }, /dataParallel is 2/],
    ['contexts split over devices', plain, { contextParallel: 2 }, /contextParallel is 2/],
    ['more than 256 sequences', plain, { numSequences: 257 }, /at most 256/],
    [
      'a batch that is smaller than the sequences',
      plain,
      { numSequences: 3 },
      /--batch-size is 2/,
      { batchSize: 2 },
    ],
    ['more devices than layers', plain, { pipelineParallel: 2 }, /only 1 layers/],
    ['a type of cache', plain, { keyDtype: 'fp8_e4m3' as DtypeName }, /no cache type fp8_e4m3/],
    ['heads that blocks do not fit', plain, { keyDtype: 'q8_0' as DtypeName }, /keys of 80 elements in q8_0/],
    ['two types in a cache of keys only', latent, { keyDtype: 'q8_0' as DtypeName }, /one type/],
    ['windows of several sizes', modelOf([window(512), window(1024)]), {}, /512 and 1024/],
    [
      'RG-LRU layers',
      modelOf([{ kind: 'recurrent', mechanism: 'rg_lru', state: { shape: [16], dtype: 'fp32' } }]),
      {},
      /RG-LRU/,
    ],
    [
      'cross-attention of an unknown model',
      modelOf([{ kind: 'cross', numKeyValueHeads: 1, keyHeadDim: 64, valueHeadDim: 64, encoderTokens: 8 }]),
      {},
      /T5/,
    ],
    [
      'other ratios of compression',
      modelOf([{ kind: 'compressed', compressRatio: 16, headDim: 512 }]),
      {},
      /4 and 128/,
    ],
  ] as const)('is refused: %s', (_what, any, workload, message, set: LlamacppSettings = {}) => {
    expect(() => run(any, workload, set)).toThrow(InputError);
    expect(() => run(any, workload, set)).toThrow(message);
  });

  it('is said where the engine runs the model in another way', () => {
    const mistral = goldenModel('mistralai/Mistral-7B-v0.1');
    expect(run(mistral).warnings).toContain(
      'llama.cpp knows no sliding window for MistralForCausalLM, so all layers keep every token.',
    );
    const chunks = modelOf([
      { kind: 'chunked', numKeyValueHeads: 1, keyHeadDim: 64, valueHeadDim: 64, attentionChunkSize: 4096 },
    ]);
    expect(run(chunks).warnings.join()).toContain('8192');
    expect(run(plain, {}).warnings).toEqual([]);
  });
});

it('caches in f16 where nobody says otherwise', () => {
  expect(llamacpp().kvCacheDtype?.(modelOf([{ kind: 'none' }])).dtype).toBe('fp16');
});
