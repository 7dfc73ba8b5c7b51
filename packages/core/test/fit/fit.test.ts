import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import { groupedQueryAttention } from '../../src/designs/attention.js';
import { engineNamed } from '../../src/engines/all-engines.js';
import { ENGINE_NAMES } from '../../src/engines/all-settings.js';
import { devicesOf, type Engine } from '../../src/engines/contract.js';
import { ideal } from '../../src/engines/ideal/engine.js';
import { sglangCapacity } from '../../src/engines/sglang/capacity.js';
import type { SglangSettings } from '../../src/engines/sglang/settings.js';
import { vllmCapacity } from '../../src/engines/vllm/capacity.js';
import { vllm } from '../../src/engines/vllm/engine.js';
import { factsOf, VLLM_RELEASES } from '../../src/engines/vllm/releases.js';
import type { VllmSettings } from '../../src/engines/vllm/settings.js';
import { estimate } from '../../src/estimate/estimate.js';
import { fullestOf } from '../../src/fit/budget.js';
import { fitByDtype } from '../../src/fit/by-dtype.js';
import { type Fit, fit as whatFits } from '../../src/fit/fit.js';
import type { Layer } from '../../src/model/layer.js';
import type { Model, Weights } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';
import { model as anyModel, MEMORIES, modelOf } from '../arbitraries.js';
import { requestOf, type Sizes } from './request.js';

const NO_WEIGHTS: Weights = { parameters: 0, bytes: 0, source: 'a test' };

const MIB = 2 ** 20;

const engines = ENGINE_NAMES.map((name): [string, Engine] => [name, engineNamed(name)]);

const fitOf = (sizes: Sizes): Fit => whatFits(requestOf(sizes));

/** Bytes that are left for the cache on the fullest device, below 0 where the parts do not fit. */
const freeOf = ({ budget }: Fit): number => fullestOf(budget).available.bytes;

/** What fits, or undefined where the engine does not run that model or workload at all. */
function fitted(sizes: Sizes): Fit | undefined {
  try {
    return fitOf(sizes);
  } catch (error) {
    if (error instanceof InputError) {
      return undefined;
    }
    throw error;
  }
}

/** Whether an engine's own plan for a workload stays within so many bytes of each device. */
function isWithin(model: Model, workload: Workload, engine: Engine, bytes: number): boolean {
  try {
    const { perDeviceBytes } = estimate(model, workload, engine);
    return perDeviceBytes + (engine.unusableBytes?.(model, workload) ?? 0) <= bytes;
  } catch (error) {
    if (error instanceof InputError) {
      return false;
    }
    throw error;
  }
}

const request = fc
  .record({
    model: anyModel,
    maxPositionEmbeddings: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
    contextLength: fc.integer({ min: 1, max: 20_000 }),
    numSequences: fc.integer({ min: 1, max: 12 }),
    tensorParallel: fc.constantFrom(1, 1, 2, 4),
    pipelineParallel: fc.constantFrom(1, 1, 2),
    dataParallel: fc.constantFrom(1, 1, 2),
    memoryBytes: fc.integer({ min: 1, max: 4000 }).map((count) => count * MIB),
    weightBytes: fc.integer({ min: 0, max: 1000 }).map((count) => count * MIB),
    overheadBytes: fc.integer({ min: 0, max: 100 * MIB }),
  })
  .map(({ model, maxPositionEmbeddings, memoryBytes, weightBytes, overheadBytes, ...use }) => ({
    model: { ...model, ...(maxPositionEmbeddings === undefined ? {} : { maxPositionEmbeddings }) },
    workload: { ...DEFAULT_WORKLOAD, ...use },
    weights: { ...NO_WEIGHTS, bytes: weightBytes },
    memoryBytes,
    overheadBytes,
  }));

describe.each(engines)('what fits on %s', (name, engine) => {
  const use = (workload: Workload): Workload =>
    engine.splitsBy === 'pipelineParallel' ? { ...workload, tensorParallel: 1, dataParallel: 1 } : workload;

  it('is what estimate says fits, and one token or sequence more does not', () => {
    fc.assert(
      fc.property(request, (sizes) => {
        const workload = use(sizes.workload);
        const found = fitted({ ...sizes, workload, engine: name });
        fc.pre(found !== undefined);
        const { largestContext, mostSequences } = found;
        const free = freeOf(found);
        const { usable, parts } = fullestOf(found.budget);
        expect(free).toBe(usable.bytes - parts.reduce((sum, { bytes }) => sum + bytes, 0));
        for (const [searched, answer] of [
          ['contextLength', largestContext],
          ['numSequences', mostSequences],
        ] as const) {
          const value = answer[searched];
          const at = (other: number) =>
            isWithin(sizes.model, { ...workload, [searched]: other }, engine, free);
          if (value > 0) {
            expect(at(value)).toBe(true);
            const { totalBytes, perDeviceBytes } = estimate(
              sizes.model,
              { ...workload, [searched]: value },
              engine,
            );
            expect(answer).toMatchObject({ cacheBytes: totalBytes, cacheBytesPerDevice: perDeviceBytes });
          }
          switch (answer.limit) {
            case 'model':
              expect(value).toBe(sizes.model.maxPositionEmbeddings);
              break;
            case 'none':
              expect(at(value)).toBe(true);
              break;
            case 'weights':
              expect(free).toBeLessThan(0);
              expect(value).toBe(0);
              break;
            default:
              expect(at(value + 1)).toBe(false);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is what trying every length and number finds', () => {
    const small = fc.record({
      layers: fc.array(fc.oneof(MEMORIES.full, MEMORIES.sliding, MEMORIES.latent, MEMORIES.recurrent), {
        minLength: 1,
        maxLength: 3,
      }),
      memoryBytes: fc.integer({ min: 1000, max: 10 * MIB }),
      contextLength: fc.integer({ min: 1, max: 300 }),
      numSequences: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(small, ({ layers, memoryBytes, ...sizes }) => {
        const model = modelOf(layers, { maxPositionEmbeddings: 200 });
        const workload = { ...DEFAULT_WORKLOAD, ...sizes };
        const found = fitted({
          ...{ model, engine: name, workload, memoryBytes, weights: NO_WEIGHTS, overheadBytes: 0 },
          ...(name === 'vllm' ? { settings: { gpuMemoryUtilization: 1 } } : {}),
        });
        if (found === undefined) {
          return;
        }
        const longest = (most: number, at: (value: number) => Workload) => {
          let best = 0;
          for (let value = 1; value <= most; value++) {
            best = isWithin(model, at(value), engine, memoryBytes) ? value : best;
          }
          return best;
        };
        expect(found.largestContext.contextLength).toBe(
          longest(200, (contextLength) => ({ ...workload, contextLength })),
        );
        const { numSequences, limit } = found.mostSequences;
        if (limit !== 'none' && numSequences < 60) {
          expect(numSequences).toBe(longest(80, (count) => ({ ...workload, numSequences: count })));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never shrinks with more memory, fewer weights or less overhead', () => {
    fc.assert(
      fc.property(request, fc.integer({ min: 0, max: 500 * MIB }), (sizes, more) => {
        const workload = use(sizes.workload);
        const base = fitted({ ...sizes, workload, engine: name });
        if (base === undefined) {
          return;
        }
        const { weights, memoryBytes, overheadBytes } = sizes;
        for (const change of [
          { memoryBytes: memoryBytes + more },
          { weights: { ...weights, bytes: Math.max(0, weights.bytes - more) } },
          { overheadBytes: Math.max(0, overheadBytes - more) },
        ]) {
          const better = fitOf({ ...sizes, workload, engine: name, ...change });
          expect(better.largestContext.contextLength).toBeGreaterThanOrEqual(
            base.largestContext.contextLength,
          );
          expect(better.mostSequences.numSequences).toBeGreaterThanOrEqual(base.mostSequences.numSequences);
        }
      }),
    );
  });

  it('never shrinks with more devices to split over', () => {
    fc.assert(
      fc.property(request, (sizes) => {
        const [key, counts] =
          engine.splitsBy === 'pipelineParallel'
            ? (['pipelineParallel', [1, 2]] as const)
            : (['tensorParallel', [1, 2, 4]] as const);
        const alone = { ...sizes.workload, tensorParallel: 1, pipelineParallel: 1, dataParallel: 1 };
        // Engines that make pages of different layers equal may pad more where the layers are split.
        const kinds = new Set(sizes.model.layers.map((layer) => JSON.stringify(layer)));
        if (engine !== ideal && kinds.size > 1) {
          return;
        }
        const found = counts.flatMap((count) => {
          const one = fitted({ ...sizes, workload: { ...alone, [key]: count }, engine: name });
          return one === undefined ? [] : [one];
        });
        found.slice(1).forEach((more, index) => {
          const fewer = found[index];
          expect(more.largestContext.contextLength).toBeGreaterThanOrEqual(
            fewer?.largestContext.contextLength ?? 0,
          );
          expect(more.mostSequences.numSequences).toBeGreaterThanOrEqual(
            fewer?.mostSequences.numSequences ?? 0,
          );
        });
      }),
    );
  });
});

describe('what fits on vLLM', () => {
  it('is what vLLM admits, in every release', () => {
    fc.assert(
      fc.property(
        anyModel,
        fc.constantFrom(...VLLM_RELEASES.names),
        fc.integer({ min: 64 * MIB, max: 8192 * MIB }),
        fc.integer({ min: 1, max: 2 }),
        (model, version, memoryBytes, pipelineParallel) => {
          const settings: VllmSettings = { version };
          const workload = { ...DEFAULT_WORKLOAD, pipelineParallel };
          const found = fitted({
            ...{ model, engine: 'vllm', settings: { version }, workload, memoryBytes },
            ...{ weights: NO_WEIGHTS, overheadBytes: 0 },
          });
          if (found === undefined || found.largestContext.limit !== 'memory') {
            return;
          }
          const nullBlocks = factsOf(settings).nullBlockCounts ? 1 : 0;
          const runs = (contextLength: number) => {
            const use = { ...workload, contextLength };
            const capacity = vllmCapacity(model, use, settings, Math.max(0, freeOf(found)));
            return capacity.startsUp && capacity.blocksPerRequest <= capacity.numBlocks - nullBlocks;
          };
          const { contextLength } = found.largestContext;
          expect(contextLength === 0 || runs(contextLength)).toBe(true);
          expect(runs(contextLength + 1)).toBe(false);
        },
      ),
    );
  });

  it('uses ceil(0.92 x memory) bytes when told nothing, as vLLM does', () => {
    const model = groupedQueryAttention({ embDim: 4096, nHeads: 32, nLayers: 32, nKvGroups: 4 });
    const sizes = { model, workload: DEFAULT_WORKLOAD, weights: NO_WEIGHTS, memoryBytes: 85_520_809_984 };
    const usable = (request: Partial<Sizes>) =>
      fullestOf(fitOf({ ...sizes, ...request }).budget).usable.bytes;
    expect(usable({ engine: 'vllm' })).toBe(Math.ceil(85_520_809_984 * 0.92));
    expect(usable({ engine: 'vllm', settings: { gpuMemoryUtilization: 0.5 } })).toBe(42_760_404_992);
    expect(usable({})).toBe(85_520_809_984);
    expect(usable({ engine: 'vllm', settings: { version: '0.19' } })).toBe(Math.ceil(85_520_809_984 * 0.9));
  });
});

describe('vLLM on a device', () => {
  const window = {
    kind: 'sliding',
    numKeyValueHeads: 8,
    keyHeadDim: 64,
    valueHeadDim: 64,
    slidingWindow: 128,
  };
  const model = modelOf([window as Layer]);
  const workload = { ...DEFAULT_WORKLOAD, contextLength: 100_000 };
  const bytes = (engine: Engine) => estimate(model, workload, engine).totalBytes;

  it.each([
    ['NVIDIA GeForce RTX 4090', 24, {}, 2048],
    ['NVIDIA A100 SXM 80GB', 80, {}, 2048],
    ['NVIDIA H100 SXM 80GB', 79, {}, 8192],
    ['NVIDIA B200', 179, {}, 16_384],
    ['NVIDIA B200', 179, { version: '0.27' }, 8192],
    ['NVIDIA B200', 179, { maxNumBatchedTokens: 4096 }, 4096],
  ] as const)('%s of %i GiB computes as many tokens in a step as there', (name, gib, settings, tokens) => {
    const memoryBytes = gib * 2 ** 30;
    const { engine } = requestOf({
      ...{ model, engine: 'vllm', settings, workload, weights: NO_WEIGHTS, memoryBytes, name },
    }).case;
    expect(bytes(engine)).toBe(bytes(vllm({ ...settings, maxNumBatchedTokens: tokens })));
  });
});

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

describe('the most sequences that an engine runs', () => {
  const model = groupedQueryAttention({ embDim: 128, nHeads: 2, nLayers: 1, nKvGroups: 2 });
  const most = (sizes: Partial<Sizes>, workload: Partial<Workload> = {}) =>
    fitOf({
      ...{ model, weights: NO_WEIGHTS, memoryBytes: 80 * 2 ** 30, name: 'NVIDIA H100' },
      workload: { ...DEFAULT_WORKLOAD, contextLength: 16, ...workload },
      ...sizes,
    }).mostSequences;

  // `get_batch_defaults` of vllm/engine/arg_utils.py, v0.33.0.
  it.each([
    ['NVIDIA H100 80GB HBM3', 80, 1024],
    ['NVIDIA A100-SXM4-80GB', 80, 256],
    ['NVIDIA GeForce RTX 4090', 24, 256],
    ['NVIDIA B200', 179, 1024],
    ['NVIDIA DGX Spark (GB10)', 128, 256],
    ['NVIDIA GB100', 128, 1024],
  ])('is the default of --max-num-seqs on vLLM: %s', (name, gib, expected) => {
    expect(most({ engine: 'vllm', name, memoryBytes: gib * 2 ** 30 })).toMatchObject({
      numSequences: expected,
      limit: 'engine',
    });
  });

  it('is what --max-num-seqs says, on each replica, and never more than tokens of a step', () => {
    expect(most({ engine: 'vllm', settings: { maxNumSeqs: 7 } }, { dataParallel: 3 })).toMatchObject({
      numSequences: 21,
      limitReason:
        'vLLM runs at most 7 sequences at a time on each replica (--max-num-seqs); numSequences is 22.',
    });
    expect(most({ engine: 'vllm', settings: { maxNumBatchedTokens: 100 } }).numSequences).toBe(100);
  });

  it('is what --max-running-requests says on SGLang, 4096 by default, shared with --enable-dp-attention', () => {
    expect(most({ engine: 'sglang' })).toMatchObject({ numSequences: 4096, limit: 'engine' });
    expect(most({ engine: 'sglang', settings: { maxRunningRequests: 10 } }).numSequences).toBe(10);
    const shared = { maxRunningRequests: 10, enableDpAttention: true };
    expect(
      most({ engine: 'sglang', settings: shared }, { dataParallel: 2, tensorParallel: 2 }).numSequences,
    ).toBe(10);
  });

  it('is named where it leaves no room for the sequences asked for', () => {
    const sizes: Sizes = {
      ...{ model, weights: NO_WEIGHTS, memoryBytes: 80 * 2 ** 30 },
      ...{ engine: 'vllm', settings: { maxNumSeqs: 7 } },
      workload: { ...DEFAULT_WORKLOAD, numSequences: 8 },
    };
    expect(fitOf(sizes).largestContext).toMatchObject({ contextLength: 0, limit: 'engine' });
  });
});
