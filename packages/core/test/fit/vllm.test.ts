import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { groupedQueryAttention } from '../../src/designs/attention.js';
import type { Engine } from '../../src/engines/contract.js';
import { vllmCapacity } from '../../src/engines/vllm/capacity.js';
import { vllm } from '../../src/engines/vllm/engine.js';
import { factsOf, VLLM_RELEASES } from '../../src/engines/vllm/releases.js';
import type { VllmSettings } from '../../src/engines/vllm/settings.js';
import { estimate } from '../../src/estimate/estimate.js';
import { fullestOf } from '../../src/fit/budget.js';
import type { Layer } from '../../src/model/layer.js';
import { model as anyModel, modelOf } from '../arbitraries.js';
import { fitOf, fitted, freeOf, MIB, NO_WEIGHTS } from './fits.js';
import { requestOf, type Sizes } from './request.js';

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
