import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { transformers } from '../../../src/engines/transformers/engine.js';
import { TRANSFORMERS_RELEASES } from '../../../src/engines/transformers/releases.js';
import type { TransformersSettings } from '../../../src/engines/transformers/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { FullLayer, Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import {
  itGrowsInProportionToSequences,
  itGrowsWithContextAndSequences,
  itHoldsWhatAttentionNeeds,
} from '../allocation-properties.js';
import { workloadOf } from '../arbitraries.js';
import {
  describeGoldenCases,
  type Golden,
  type GoldenUse,
  goldenModel,
  itRefusesGolden,
} from '../golden-cases.js';

function run(model: Model, use: Partial<Workload> = {}, settings: TransformersSettings = {}): Allocation {
  return estimate(model, { ...DEFAULT_WORKLOAD, ...use }, transformers(settings));
}

interface Case extends GoldenUse<TransformersSettings> {
  readonly engineBytes: number;
}

const golden: Golden<Case> & { readonly version: string; readonly withoutOwnCode: readonly string[] } =
  JSON.parse(readFileSync(new URL('../../golden/transformers.json', import.meta.url), 'utf8'));

describeGoldenCases(
  '%s, as its cache in transformers holds it',
  golden,
  (known, { workload: use, settings: set, engineBytes }) => {
    expect(run(known, use, set).totalBytes).toBe(engineBytes);
  },
);

it('is asked in its newest known release', () => {
  expect(TRANSFORMERS_RELEASES.named(golden.version)).toBe(TRANSFORMERS_RELEASES.named());
});

itRefusesGolden('refuses what transformers does: %j', golden, run);

/** Published under a `model_type` that transformers does not know, with a class that it does. */
const KNOWN_BY_CLASS = ['DeepseekV3ForCausalLM', 'DeepseekV4ForCausalLM'];

it.each(golden.withoutOwnCode)('says that transformers has no code of its own for %s', (id) => {
  const known = goldenModel(id, golden);
  const warns = run(known).warnings.some((warning) => warning.includes('no code of its own'));
  expect(warns || KNOWN_BY_CLASS.includes(known.architecture)).toBe(true);
});

const full = (numKeyValueHeads: number, headDim: number): FullLayer => ({
  kind: 'full',
  numKeyValueHeads,
  keyHeadDim: headDim,
  valueHeadDim: headDim,
});
const sliding = (numKeyValueHeads: number, headDim: number, slidingWindow: number): Layer => ({
  ...full(numKeyValueHeads, headDim),
  kind: 'sliding',
  slidingWindow,
});

const workload = workloadOf(fc.constantFrom('bf16', 'fp16'));

const settings: fc.Arbitrary<TransformersSettings> = fc.constantFrom<TransformersSettings>(
  {},
  { cacheImplementation: 'offloaded' },
  { afterPrefill: true },
  { cacheImplementation: 'static' },
  { cacheImplementation: 'static', maxCacheLen: 3000 },
  { cacheImplementation: 'offloaded_static' },
);
const quantized: fc.Arbitrary<TransformersSettings> = fc
  .constantFrom<TransformersSettings>(
    {},
    { nbits: 2 },
    { qGroupSize: 32, residualLength: 1 },
    { backend: 'hqq', nbits: 3, residualLength: 500 },
    { backend: 'hqq', nbits: 8 },
    { backend: 'hqq', nbits: 1, afterPrefill: true },
    { backend: 'fp8' },
  )
  .map((set) => ({ ...set, cacheImplementation: 'quantized' }));

const { compressed: _, cross: __, ...memories } = arbitrary.MEMORIES;
const model = fc
  .array(fc.oneof(...Object.values(memories), fc.constant<Layer>({ kind: 'none' })), {
    minLength: 1,
    maxLength: 10,
  })
  .map((layers) => modelOf(layers));

describe('an allocation', () => {
  itHoldsWhatAttentionNeeds({ model, workload, settings, run });

  it('is never below what attention needs of any layer, compressed and cross ones included', () => {
    fc.assert(
      fc.property(arbitrary.model, workload, (any, use) => {
        expect(run(any, use).totalBytes).toBeGreaterThanOrEqual(estimate(any, use).totalBytes);
      }),
    );
  });

  itGrowsInProportionToSequences({ model, workload, settings, run });

  it('is no larger for a window than for full attention', () => {
    fc.assert(
      fc.property(arbitrary.MEMORIES.sliding, workload, settings, (layer, use, set) => {
        const { slidingWindow: ___, ...heads } = layer;
        const keeps = run(modelOf([{ ...heads, kind: 'full' }]), use, set);
        expect(run(modelOf([layer]), use, set).totalBytes).toBeLessThanOrEqual(keeps.totalBytes);
      }),
    );
  });

  it('is what every token takes where all layers are full, dynamic or static', () => {
    fc.assert(
      fc.property(arbitrary.MEMORIES.full, workload, (layer, use) => {
        const any = modelOf([layer]);
        const { totalBytes } = estimate(any, use);
        expect(run(any, use).totalBytes).toBe(totalBytes);
        expect(run(any, use, { cacheImplementation: 'static' }).totalBytes).toBe(totalBytes);
        expect(run(any, use, { afterPrefill: true }).totalBytes).toBe(totalBytes);
      }),
    );
  });

  it('grows by its bytes per token', () => {
    fc.assert(
      fc.property(model, workload, (any, use) => {
        const { totalBytes, bytesPerToken } = run(any, use);
        const later = run(any, { ...use, contextLength: use.contextLength + 1 });
        expect(later.totalBytes - totalBytes).toBe(bytesPerToken * use.numSequences);
      }),
    );
  });

  it('is the same offloaded, with a word about where it is', () => {
    fc.assert(
      fc.property(model, workload, (any, use) => {
        const offloaded = run(any, use, { cacheImplementation: 'offloaded' });
        expect(offloaded.totalBytes).toBe(run(any, use).totalBytes);
        expect(offloaded.warnings.join()).toContain('host memory');
      }),
    );
  });
});

describe('a quantized cache', () => {
  const onlyFull = fc.oneof(arbitrary.MEMORIES.full, arbitrary.MEMORIES.latent).map((layer) => {
    const widen = (size: number) => 64 * Math.ceil(size / 64);
    return layer.kind === 'full'
      ? { ...layer, keyHeadDim: widen(layer.keyHeadDim), valueHeadDim: widen(layer.valueHeadDim) }
      : { ...layer, kvLoraRank: widen(layer.kvLoraRank), qkRopeHeadDim: widen(layer.qkRopeHeadDim) };
  });
  const fullModel = fc.array(onlyFull, { minLength: 1, maxLength: 4 }).map((layers) => modelOf(layers));

  itGrowsWithContextAndSequences({ model: fullModel, workload, settings: quantized, run });

  it('is no larger than one that is not, scales aside', () => {
    fc.assert(
      fc.property(fullModel, workload, quantized, (any, use, set) => {
        const scales = 8 * any.layers.length;
        expect(run(any, use, set).totalBytes).toBeLessThanOrEqual(run(any, use).totalBytes + scales);
      }),
    );
  });

  it('grows by its bytes per token, before and after tokens stop waiting', () => {
    fc.assert(
      fc.property(fullModel, workload, fc.integer({ min: 1, max: 300 }), (any, use, residualLength) => {
        const set: TransformersSettings = {
          cacheImplementation: 'quantized',
          backend: 'hqq',
          residualLength,
        };
        for (const contextLength of [residualLength - 1, residualLength, residualLength + 1]) {
          if (contextLength === 0) continue;
          const { totalBytes, bytesPerToken } = run(any, { ...use, contextLength }, set);
          const later = run(any, { ...use, contextLength: contextLength + 1 }, set);
          expect(later.totalBytes - totalBytes).toBe(bytesPerToken * use.numSequences);
        }
      }),
    );
  });

  it('has tokens that wait, and says how groups are stored', () => {
    const { pools } = run(
      modelOf([full(8, 128)]),
      { contextLength: 1000 },
      { cacheImplementation: 'quantized' },
    );
    expect(pools.map(({ name, tokens }) => [name, tokens])).toEqual([
      ['quantized', 873],
      ['unquantized', 127],
    ]);
    expect(pools[0]?.keyBytes).toBe(873 * 16 * (32 + 4));
    expect(pools[0]?.explanation.join()).toContain('64 x 4 bits in 32 bytes');
  });
});

describe('latents', () => {
  const latent: Layer = {
    kind: 'latent',
    kvLoraRank: 512,
    qkRopeHeadDim: 64,
    expanded: { numAttentionHeads: 128, qkNopeHeadDim: 128, vHeadDim: 128 },
  };
  const indexed: Layer = { ...latent, indexer: { indexHeadDim: 128 } };
  const bytes = (layer: Layer, version: string) =>
    run(modelOf([layer]), { contextLength: 1 }, { version }).totalBytes;

  it('are expanded to all heads before 5.15, with an indexer before 5.18', () => {
    expect(bytes(latent, '5.14')).toBe(81_920);
    expect(bytes(latent, '5.15')).toBe(1152);
    expect(bytes(indexed, '5.17')).toBe(81_920 + 256);
    expect(bytes(indexed, '5.18')).toBe(1152 + 256);
  });
});

it('warns that a prompt is held as a whole for a moment, and can count that', () => {
  const gemma = modelOf([sliding(16, 128, 1024)]);
  const decoding = run(gemma, { contextLength: 32_768 });
  expect(decoding.totalBytes).toBe(1024 * 8192);
  expect(decoding.warnings.join()).toContain('--after-prefill');
  const prompt = run(gemma, { contextLength: 32_768 }, { afterPrefill: true });
  expect(prompt.totalBytes).toBe(32_768 * 8192);
  expect(prompt.warnings).toEqual([]);
});

describe('what transformers does not do', () => {
  const plain = modelOf([full(8, 128)]);
  const gemma = modelOf([sliding(16, 128, 1024)]);
  const image: Layer = { ...full(8, 128), kind: 'cross', encoderTokens: 6404 };
  const latentOnly = modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]);

  it.each<readonly [string, Model, Partial<Workload>, TransformersSettings, RegExp]>([
    ['several devices', plain, { tensorParallel: 2 }, {}, /tensorParallel is 2.*one device only/],
    ['a dtype of its own', plain, { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' }, {}, /no fp8_e4m3 cache/],
    ['two dtypes', plain, { keyDtype: 'fp32' }, {}, /one dtype/],
    ['quantized windows', gemma, {}, { cacheImplementation: 'quantized' }, /every layer is full attention/],
    ['room in a dynamic cache', plain, {}, { maxCacheLen: 9 }, /--max-cache-len means nothing to a dynamic/],
    ['bits without quantizing', plain, {}, { nbits: 4 }, /--nbits means nothing/],
    [
      'a prompt in a static cache',
      plain,
      {},
      { cacheImplementation: 'static', afterPrefill: true },
      /--after-prefill means nothing/,
    ],
    [
      'three bits with quanto',
      plain,
      {},
      { cacheImplementation: 'quantized', nbits: 3 },
      /must be one of 2, 4/,
    ],
    [
      'groups that do not divide a token',
      plain,
      {},
      { cacheImplementation: 'quantized', qGroupSize: 48 },
      /does not divide the 1024 elements/,
    ],
    [
      'groups of half bytes',
      plain,
      {},
      { cacheImplementation: 'quantized', nbits: 2, qGroupSize: 2 },
      /whole bytes/,
    ],
    [
      'groups in fp8',
      plain,
      {},
      { cacheImplementation: 'quantized', backend: 'fp8', nbits: 4 },
      /has no groups/,
    ],
    [
      'fp8 before it came',
      plain,
      {},
      { cacheImplementation: 'quantized', backend: 'fp8', version: '5.20' },
      /came with 5.21/,
    ],
    [
      'a setting before it came',
      plain,
      {},
      { cacheImplementation: 'static', maxCacheLen: 9, version: '5.12' },
      /came with 5.13/,
    ],
    [
      'an image longer than a static cache',
      modelOf([image]),
      {},
      { cacheImplementation: 'static' },
      /--max-cache-len 6404/,
    ],
    ['expanding heads that are not known', latentOnly, {}, { version: '5.14' }, /sizes are not known/],
    [
      'a model without a cache',
      modelOf([full(12, 64)], { architecture: 'OpenAIGPTLMHeadModel' }),
      {},
      {},
      /reads the whole text again/,
    ],
  ])('is refused: %s', (_title, any, use, set, message) => {
    expect(() => run(any, use, set)).toThrow(InputError);
    expect(() => run(any, use, set)).toThrow(message);
  });
});

it.each([
  [4, 4],
  [5, 1],
  [13, 1],
  [126, 2],
  [128, 4],
])(
  'has after %i tokens %i that wait to be compressed by four, all four when they just were',
  (contextLength, waiting) => {
    const layer: Layer = { kind: 'compressed', compressRatio: 4, headDim: 64 };
    const { pools } = run(modelOf([layer]), { contextLength });
    expect(pools.find(({ name }) => name === 'waiting(4)')?.tokens).toBe(waiting);
  },
);
