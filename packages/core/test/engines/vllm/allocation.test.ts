import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllm } from '../../../src/engines/vllm/engine.js';
import { estimate } from '../../../src/estimate/estimate.js';
import type { Layer } from '../../../src/model/layer.js';
import { InputError } from '../../../src/text/errors.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import { repeat } from '../../layers.js';
import { itGrowsInProportionToSequences, itHoldsWhatAttentionNeeds } from '../allocation-properties.js';
import { workloadOf } from '../arbitraries.js';
import { fullLayer, model, plainDtype, settings, slidingLayer, workload } from './arbitraries.js';
import { run } from './models.js';

describe('an allocation', () => {
  itHoldsWhatAttentionNeeds({ model, workload, settings, run });

  itGrowsInProportionToSequences({ model, workload, settings, run });

  it('has blocks of a whole batch for an output of an encoder', () => {
    const encoder = arbitrary.MEMORIES.cross.map((layer) => ({ ...layer, valueHeadDim: layer.keyHeadDim }));
    const batch = fc.integer({ min: 3000, max: 16_384 });
    const length = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(encoder, workload, length, batch, (cross, use, contextLength, tokens) => {
        const { encoderTokens: _, ...heads } = cross;
        const self: Layer = { ...heads, kind: 'full' };
        const own = { ...use, contextLength };
        const { pools } = run(modelOf([self, cross]), own, { maxNumBatchedTokens: tokens });
        const { tokens: slots } = pools.find(({ name }) => name.startsWith('cross')) ?? { tokens: 0 };
        expect(slots).toBe(use.numSequences * 16 * Math.ceil(tokens / 16));
        const longer = { ...own, contextLength: tokens + 1 };
        expect(() => run(modelOf([self, cross]), longer, { maxNumBatchedTokens: tokens })).toThrow(
          InputError,
        );
      }),
    );
  });

  it('is what attention needs at multiples of the block size', () => {
    const uniform = fc.constantFrom('full' as const, 'latent' as const).chain(arbitrary.uniformModel);
    fc.assert(
      fc.property(uniform, workloadOf(plainDtype), settings, (any, use, set) => {
        const whole = { ...use, contextLength: use.contextLength * (set.blockSize ?? 16) };
        expect(run(any, whole, set).totalBytes).toBe(estimate(any, whole).totalBytes);
      }),
    );
  });

  it('says the rule behind its blocks, to be checked by hand', () => {
    const model = modelOf([
      { kind: 'full', numKeyValueHeads: 2, keyHeadDim: 64, valueHeadDim: 64 },
      { kind: 'sliding', numKeyValueHeads: 2, keyHeadDim: 64, valueHeadDim: 64, slidingWindow: 1024 },
    ]);
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 40_000 };
    expect(estimate(model, workload, vllm()).pools.map(({ explanation }) => explanation)).toEqual([
      [
        '2500 blocks x (1 layers x 16 tokens x 2 KV heads x (64 + 64) bfloat16); blocks: ceil(40000 tokens / 16)',
      ],
      [
        '1089 blocks x (1 layers x 16 tokens x 2 KV heads x (64 + 64) bfloat16); blocks: ceil(min(40000 tokens, window 1024 - 1 + 16384 in flight) / 16) + 1',
      ],
    ]);
  });

  it('takes one block more for a window than for full attention at most', () => {
    fc.assert(
      fc.property(slidingLayer, workload, settings, (layer, use, set) => {
        const { slidingWindow: _, ...heads } = layer;
        const slides = run(modelOf([layer]), use, set);
        const keeps = run(modelOf([{ ...heads, kind: 'full' }]), use, set);
        const { keyDtype, valueDtype } = use;
        const block = run(
          modelOf([{ ...heads, kind: 'full' }]),
          { contextLength: 1, keyDtype, valueDtype },
          set,
        );
        expect(slides.totalBytes).toBeLessThanOrEqual(keeps.totalBytes + use.numSequences * block.totalBytes);
      }),
    );
  });

  it('treats keys and values alike', () => {
    fc.assert(
      fc.property(fullLayer, workload, settings, (layer, use, set) => {
        const exchanged = { ...layer, keyHeadDim: layer.valueHeadDim, valueHeadDim: layer.keyHeadDim };
        const [pool] = run(modelOf([layer]), use, set).pools;
        const [other] = run(modelOf([exchanged]), use, set).pools;
        expect([other?.valueBytes, other?.keyBytes]).toEqual([pool?.keyBytes, pool?.valueBytes]);
      }),
    );
  });

  it('divides padding into keys and values as what it lies beside is', () => {
    const alike = fc.constantFrom(1, 2, 4, 8, 16).chain((numKeyValueHeads) =>
      fc.oneof(fullLayer, slidingLayer).map((layer) => ({
        ...layer,
        numKeyValueHeads,
        valueHeadDim: layer.keyHeadDim,
      })),
    );
    fc.assert(
      fc.property(fc.array(alike, { minLength: 1, maxLength: 20 }), workload, (layers, use) => {
        for (const { keyBytes, valueBytes } of run(modelOf(layers), use).pools) {
          expect(valueBytes).toBe(keyBytes);
        }
      }),
    );
  });

  it('holds at least the whole on tensor-parallel devices together', () => {
    const ranks = fc.constantFrom(1, 2, 4, 8);
    fc.assert(
      fc.property(fullLayer, workload, settings, ranks, (layer, use, set, tensorParallel) => {
        const any = modelOf([layer]);
        const split = run(any, { ...use, tensorParallel }, set);
        expect(split.totalBytes).toBe(tensorParallel * split.perDeviceBytes);
        expect(split.totalBytes).toBeGreaterThanOrEqual(run(any, use, set).totalBytes);
      }),
    );
  });

  it('splits layers over pipeline stages', () => {
    fc.assert(
      fc.property(fullLayer, fc.integer({ min: 1, max: 9 }), workload, (layer, stages, use) => {
        const any = modelOf(repeat([9, layer]));
        const split = run(any, { ...use, pipelineParallel: stages });
        expect(split.totalBytes).toBe(run(any, use).totalBytes);
        expect(split.perDeviceBytes).toBe((split.totalBytes / 9) * Math.ceil(9 / stages));
      }),
    );
  });

  it('grows by its bytes per token from block to block', () => {
    fc.assert(
      fc.property(fullLayer, workload, (layer, use) => {
        const any = modelOf([layer]);
        const later = run(any, { ...use, contextLength: use.contextLength + 16 });
        const { totalBytes, bytesPerToken } = run(any, use);
        expect(later.totalBytes - totalBytes).toBe(16 * bytesPerToken * use.numSequences);
      }),
    );
  });
});
