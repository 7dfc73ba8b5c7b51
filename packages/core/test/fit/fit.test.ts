import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { groupedQueryAttention } from '../../src/designs/attention.js';
import { devicesOf } from '../../src/engines/contract.js';
import { ideal } from '../../src/engines/ideal/engine.js';
import { vllm } from '../../src/engines/vllm/engine.js';
import { fullestOf } from '../../src/fit/budget.js';
import { fitByDtype } from '../../src/fit/by-dtype.js';
import { fit as whatFits } from '../../src/fit/fit.js';
import { modelOf } from '../arbitraries.js';
import { fitOf, MIB } from './fits.js';
import { requestOf, type Sizes } from './request.js';

describe('fit', () => {
  const model = groupedQueryAttention({ embDim: 4096, nHeads: 32, nLayers: 32, nKvGroups: 4 });
  const perToken = 2 * 32 * 8 * 128 * 2;
  const sizes: Sizes = {
    model,
    workload: { ...DEFAULT_WORKLOAD, contextLength: 1000, numSequences: 3 },
    weights: { bytes: 10 * MIB, source: 'a test' },
    memoryBytes: 30 * MIB + 7000 * perToken,
    overheadBytes: 20 * MIB,
  };

  it('counts by hand', () => {
    const { numDevices, budget, largestContext, mostSequences } = fitOf(sizes);
    expect(numDevices).toBe(1);
    expect(budget).toMatchObject({
      fullest: 0,
      verdict: 'fits',
      devices: [
        {
          where: 'device',
          copies: 1,
          total: { bytes: sizes.memoryBytes },
          usable: { bytes: sizes.memoryBytes },
          parts: [
            { name: 'weights', bytes: 10 * MIB },
            { name: 'overhead', bytes: 20 * MIB },
          ],
          available: { bytes: 7000 * perToken, low: 7000 * perToken, high: 7000 * perToken },
        },
      ],
    });
    expect(largestContext).toEqual({
      contextLength: 2333,
      numSequences: 3,
      low: 2333,
      high: 2333,
      limit: 'memory',
      cacheBytes: 6999 * perToken,
      cacheBytesPerDevice: 6999 * perToken,
    });
    expect(mostSequences).toEqual({
      contextLength: 1000,
      numSequences: 7,
      low: 7,
      high: 7,
      limit: 'memory',
      cacheBytes: 7000 * perToken,
      cacheBytesPerDevice: 7000 * perToken,
    });
  });

  it('gives what fits at both ends of what is available, and a verdict from them', () => {
    const { overheadBytes: _, ...rest } = sizes;
    const assumed = { ...rest, memoryBytes: 12 * 2 ** 30 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120_000 }), (contextLength) => {
        const workload = { ...sizes.workload, contextLength };
        const found = fitOf({ ...assumed, workload });
        const [{ parts, available }] = [fullestOf(found.budget)];
        const at = (end: 'bytes' | 'low' | 'high') =>
          fitOf({ ...assumed, workload, overheadBytes: parts[1]?.[end] ?? 0 });
        const [least, most] = [at('high'), at('low')];
        expect(found.largestContext).toMatchObject({
          contextLength: at('bytes').largestContext.contextLength,
          low: least.largestContext.contextLength,
          high: most.largestContext.contextLength,
        });
        expect(found.mostSequences).toMatchObject({
          low: least.mostSequences.numSequences,
          high: most.mostSequences.numSequences,
        });
        const needed = 3 * contextLength * perToken;
        expect(found.budget.verdict).toBe(
          needed <= available.low ? 'fits' : needed > available.high ? 'does-not-fit' : 'may-fit',
        );
      }),
      { numRuns: 30 },
    );
  });

  it('says which limit is met', () => {
    const short = { ...model, maxPositionEmbeddings: 2000 };
    expect(fitOf({ ...sizes, model: short }).largestContext).toMatchObject({
      contextLength: 2000,
      limit: 'model',
    });
    expect(fitOf({ ...sizes, memoryBytes: 29 * MIB }).largestContext).toMatchObject({
      contextLength: 0,
      limit: 'weights',
    });
    expect(fitOf({ ...sizes, memoryBytes: 30 * MIB }).mostSequences).toMatchObject({
      numSequences: 0,
      limit: 'memory',
    });
    const recurrent = modelOf([
      { kind: 'recurrent', mechanism: 'mamba2', state: { shape: [8, 16, 16], dtype: 'fp32' } },
    ]);
    expect(fitOf({ ...sizes, model: recurrent }).largestContext).toMatchObject({ limit: 'none' });
    const many = fitOf({ ...sizes, engine: 'llama.cpp', memoryBytes: 2 ** 40 }).mostSequences;
    expect(many).toMatchObject({ numSequences: 256, limit: 'engine' });
    expect(many.limitReason).toContain('at most 256');
  });

  it('bounds a step from below by what it reads', () => {
    const parts = [
      { kind: 'embedding', parameters: 5, bytes: 1e9, activeParameters: 0, activeBytes: 0 },
      { kind: 'expert', parameters: 80, bytes: 8e9, activeParameters: 10, activeBytes: 1e9 },
      { kind: 'projection', parameters: 20, bytes: 2e9, activeParameters: 20, activeBytes: 2e9 },
    ] as const;
    const weights = { parameters: 105, bytes: 11e9, source: 'a test', parts };
    const fast = { ...sizes, weights, memoryBytes: 2 ** 36, bandwidthBytesPerSecond: 1e12 };
    const { largestContext } = fitOf(fast);
    expect(largestContext.secondsPerStep).toBeCloseTo((3e9 + largestContext.cacheBytes) / 1e12, 12);
    expect(fitOf({ ...fast, weights: sizes.weights }).largestContext.secondsPerStep).toBeUndefined();
    const four = fitOf({ ...fast, workload: { ...sizes.workload, tensorParallel: 4 } }).mostSequences;
    expect(four.secondsPerStep).toBeCloseTo((3e9 + four.cacheBytes) / 4e12, 12);
  });

  it('counts only the indexer of sparse attention as surely read', () => {
    const latent = { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 } as const;
    const seconds = (layer: Parameters<typeof modelOf>[0][number]) =>
      fitOf({
        ...sizes,
        model: modelOf([layer], { maxPositionEmbeddings: 1000 }),
        weights: { parameters: 0, bytes: 0, source: '', parts: [] },
        bandwidthBytesPerSecond: 1,
      }).largestContext.secondsPerStep;
    expect(seconds(latent)).toBe(3 * 1000 * 576 * 2);
    expect(seconds({ ...latent, indexer: { indexHeadDim: 128 } })).toBe(3 * 1000 * 128 * 2);
  });

  it('compares dtypes, without those that the engine does not have', () => {
    const rows = fitByDtype(requestOf({ ...sizes, engine: 'vllm' }), ['bf16', 'q8_0', 'fp8_e4m3']);
    expect(rows.map(({ dtype }) => dtype)).toEqual(['bf16', 'fp8_e4m3']);
    expect(rows[1]?.fit.budget.devices).toEqual(rows[0]?.fit.budget.devices);
  });

  it('refuses what the engine cannot run at all, and weights that are not known', () => {
    expect(() =>
      fitOf({ ...sizes, engine: 'llama.cpp', workload: { ...sizes.workload, tensorParallel: 2 } }),
    ).toThrow('split-mode');
    const { case: item, ...rest } = requestOf(sizes);
    const { weights: _, ...unweighed } = item.model;
    expect(() => whatFits({ ...rest, case: { ...item, model: unweighed } })).toThrow('--weights 16GB');
  });

  it('counts devices as the engine uses them', () => {
    const workload = { ...DEFAULT_WORKLOAD, tensorParallel: 4, pipelineParallel: 2, contextParallel: 2 };
    expect(devicesOf(workload, ideal)).toBe(16);
    expect(devicesOf(workload, vllm())).toBe(8);
  });
});
