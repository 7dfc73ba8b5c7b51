import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { groupedQueryAttention } from '../../src/designs/attention.js';
import { sglangCapacity } from '../../src/engines/sglang/capacity.js';
import type { SglangSettings } from '../../src/engines/sglang/settings.js';
import { fullestOf } from '../../src/fit/budget.js';
import type { Model } from '../../src/model/model.js';
import { MEMORIES, modelOf } from '../arbitraries.js';
import { fitOf, fitted, MIB, NO_WEIGHTS } from './fits.js';
import type { Sizes } from './request.js';

describe('what fits on SGLang', () => {
  it('is as many tokens as SGLang makes of the memory that is left, to the last one', () => {
    const settings = fc.record(
      {
        pageSize: fc.constantFrom(1, 16, 64),
        swaFullTokensRatio: fc.constantFrom(0.1, 0.5, 0.8, 1),
        disableHybridSwaMemory: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const attention = fc
      .array(fc.oneof(MEMORIES.full, MEMORIES.sliding, MEMORIES.latent), { minLength: 1, maxLength: 6 })
      .map((layers) => ({ ...modelOf(layers), architecture: 'Gemma3ForCausalLM' }));
    fc.assert(
      fc.property(attention, settings, fc.integer({ min: 1, max: 4000 }), (model, set, mib) => {
        const memoryBytes = mib * MIB;
        const use: Sizes = {
          ...{ model, engine: 'sglang', settings: { ...set }, workload: DEFAULT_WORKLOAD },
          ...{ weights: NO_WEIGHTS, memoryBytes, overheadBytes: 0 },
        };
        const found = fitted(use)?.largestContext;
        fc.pre(found !== undefined && found.contextLength > 0 && found.limit === 'memory');
        expect(found?.contextLength).toBe(tokensOf(model, set, memoryBytes));
      }),
    );
  });

  it('gives weights and cache the part that --mem-fraction-static says', () => {
    const model = groupedQueryAttention({ embDim: 4096, nHeads: 32, nLayers: 32, nKvGroups: 4 });
    const weights = { bytes: 2 ** 30, source: 'a test' };
    const sizes = { model, engine: 'sglang', weights, workload: DEFAULT_WORKLOAD, memoryBytes: 24 * 2 ** 30 };
    const at = (memFractionStatic: number) =>
      fullestOf(fitOf({ ...sizes, settings: { memFractionStatic } }).budget);
    const [half, most] = [at(0.5), at(0.75)];
    expect(half.usable.bytes).toBe(12 * 2 ** 30);
    expect(half.available.bytes).toBeLessThan(half.usable.bytes - 2 ** 30);
    expect(most.available.bytes).toBeGreaterThan(half.available.bytes);
  });

  function tokensOf(model: Model, settings: SglangSettings, bytes: number): number {
    return sglangCapacity(model, DEFAULT_WORKLOAD, settings, bytes).maxTotalNumTokens;
  }
});
