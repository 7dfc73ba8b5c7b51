import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../src/deployment/deployment.js';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import { engineNamed } from '../../src/engines/all-engines.js';
import { ENGINE_NAMES } from '../../src/engines/all-settings.js';
import { type Allocation, estimate } from '../../src/estimate/estimate.js';
import type { SlidingLayer } from '../../src/model/layer.js';
import type { Model } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';
import * as arbitrary from '../arbitraries.js';
import { modelOf } from '../arbitraries.js';

/** Where an engine departs from what holds for all, by its own rules. */
interface Peculiarities {
  /** What makes its states as precise as those of the model; engines may keep less precise ones by default. */
  readonly settings?: SettingValues;
  /** Tokens that it sets aside at a time. */
  readonly granularity: number;
  /** Tokens of each replica's pool beyond those of its sequences. */
  readonly spareTokens: number;
  /** Tokens of a sequence that a window may take beyond those of full attention. */
  readonly spareTokensOfWindow: number;
  /** Whether it splits heads over devices. */
  readonly splitsHeads: boolean;
  /** Whether keys and values may have dtypes of their own. */
  readonly twoDtypes: boolean;
}

const ENGINES: Readonly<Record<string, Peculiarities>> = {
  ideal: { granularity: 1, spareTokens: 0, spareTokensOfWindow: 0, splitsHeads: true, twoDtypes: true },
  'llama.cpp': {
    granularity: 256,
    spareTokens: 0,
    spareTokensOfWindow: 0,
    splitsHeads: false,
    twoDtypes: true,
  },
  sglang: { granularity: 1, spareTokens: 1, spareTokensOfWindow: 0, splitsHeads: true, twoDtypes: false },
  transformers: {
    granularity: 1,
    spareTokens: 0,
    spareTokensOfWindow: 0,
    splitsHeads: false,
    twoDtypes: false,
  },
  vllm: {
    settings: { mambaSsmCacheDtype: 'float32' },
    granularity: 16,
    spareTokens: 0,
    spareTokensOfWindow: 16,
    splitsHeads: true,
    twoDtypes: false,
  },
};

const { full, sliding, latent, recurrent } = arbitrary.MEMORIES;

/** Heads of the same sizes in all layers, since engines have rows or pages of one size. */
const likeHeads = fc
  .tuple(full, fc.array(fc.option(fc.integer({ min: 1, max: 5000 })), { minLength: 1, maxLength: 8 }))
  .map(([heads, windows]) => {
    const limits = windows.filter((one) => one !== null);
    return modelOf(
      windows.map((one) =>
        one === null ? heads : { ...heads, kind: 'sliding' as const, slidingWindow: limits[0] ?? 1 },
      ),
    );
  });
const uniform = fc
  .tuple(fc.oneof(full, latent), fc.integer({ min: 1, max: 6 }))
  .map(([layer, count]) => modelOf(Array.from({ length: count }, () => layer)));
const hybrid = fc
  .tuple(full, recurrent, fc.integer({ min: 1, max: 4 }))
  .map(([layer, state, count]) => modelOf([layer, ...Array.from({ length: count }, () => state)]));
const model: fc.Arbitrary<Model> = fc.oneof(likeHeads, uniform, hybrid);

const workload: fc.Arbitrary<Workload> = fc
  .record({
    contextLength: fc.integer({ min: 1, max: 100_000 }),
    numSequences: fc.integer({ min: 1, max: 12 }),
  })
  .map((use) => ({ ...DEFAULT_WORKLOAD, ...use, keyDtype: 'fp16', valueDtype: 'fp16' }));

describe.each(ENGINE_NAMES)('%s', (name) => {
  const known = ENGINES[name];
  if (known === undefined) {
    throw new Error(`Say what is peculiar to the engine ${name}.`);
  }
  const { granularity, spareTokens, spareTokensOfWindow, splitsHeads, twoDtypes } = known;
  const engine = engineNamed(name, known.settings);
  const run = (any: Model, use: Workload): Allocation => estimate(any, use, engine);

  /** What it sets aside; a model that it does not run is no case, of which fast-check bears few. */
  const tried = (any: Model, use: Workload): Allocation => {
    try {
      return run(any, use);
    } catch (error) {
      fc.pre(!(error instanceof InputError));
      throw error;
    }
  };

  it('sets aside no less than attention needs', () => {
    fc.assert(
      fc.property(model, workload, (any, use) => {
        expect(tried(any, use).totalBytes).toBeGreaterThanOrEqual(estimate(any, use).totalBytes);
      }),
    );
  });

  it('sets aside no less for a longer context or for more sequences', () => {
    fc.assert(
      fc.property(model, workload, fc.nat(3000), fc.nat(5), (any, use, tokens, sequences) => {
        const { totalBytes } = tried(any, use);
        const longer = tried(any, { ...use, contextLength: use.contextLength + tokens });
        expect(longer.totalBytes).toBeGreaterThanOrEqual(totalBytes);
        const more = tried(any, { ...use, numSequences: use.numSequences + sequences });
        expect(more.totalBytes).toBeGreaterThanOrEqual(totalBytes);
      }),
    );
  });

  it('sets aside what attention needs at multiples of its blocks, and its spare tokens', () => {
    fc.assert(
      fc.property(uniform, fc.integer({ min: 1, max: 400 }), workload, (any, blocks, use) => {
        const whole = { ...use, contextLength: blocks * granularity };
        const spare = estimate(any, { ...use, contextLength: 1, numSequences: 1 }).totalBytes * spareTokens;
        expect(tried(any, whole).totalBytes).toBe(estimate(any, whole).totalBytes + spare);
      }),
    );
  });

  it('takes no more for a window than for full attention', () => {
    fc.assert(
      fc.property(sliding, workload, (layer: SlidingLayer, use) => {
        const { slidingWindow: _, ...heads } = layer;
        const keeps = modelOf([{ ...heads, kind: 'full' }]);
        const spare = estimate(keeps, { ...use, contextLength: 1 }).totalBytes * spareTokensOfWindow;
        expect(tried(modelOf([layer]), use).totalBytes).toBeLessThanOrEqual(
          tried(keeps, use).totalBytes + spare,
        );
      }),
    );
  });

  it.runIf(splitsHeads)('sets aside no less on tensor-parallel devices together than on one', () => {
    fc.assert(
      fc.property(model, workload, fc.constantFrom(2, 4, 8), (any, use, tensorParallel) => {
        const split = tried(any, { ...use, tensorParallel });
        expect(tensorParallel * split.perDeviceBytes).toBeGreaterThanOrEqual(tried(any, use).totalBytes);
      }),
    );
  });

  it.skipIf(splitsHeads)('refuses tensor parallelism', () => {
    fc.assert(
      fc.property(uniform, workload, (any, use) => {
        expect(() => run(any, { ...use, tensorParallel: 2 })).toThrow(InputError);
      }),
    );
  });

  it(`${twoDtypes ? 'exchanges keys and values with' : 'refuses two'} dtypes, in either order`, () => {
    const likeSizes = full.map((layer) => ({ ...layer, valueHeadDim: layer.keyHeadDim }));
    const types = fc.constantFrom(
      ['fp16', 'q8_0'] as const,
      ['q8_0', 'q4_0'] as const,
      ['bf16', 'q5_1'] as const,
    );
    fc.assert(
      fc.property(likeSizes, workload, types, (layer, use, [keyDtype, valueDtype]) => {
        const any = modelOf([layer]);
        const one = { ...use, keyDtype, valueDtype };
        const other = { ...use, keyDtype: valueDtype, valueDtype: keyDtype };
        if (!twoDtypes) {
          expect(() => run(any, one)).toThrow(InputError);
          expect(() => run(any, other)).toThrow(InputError);
          return;
        }
        const [ofOne, ofOther] = [tried(any, one).pools, tried(any, other).pools];
        expect(ofOther.map(({ keyBytes, valueBytes }) => [valueBytes, keyBytes])).toEqual(
          ofOne.map(({ keyBytes, valueBytes }) => [keyBytes, valueBytes]),
        );
      }),
    );
  });
});
