import { expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import type { Engine } from '../../src/engines/contract.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelOf } from '../arbitraries.js';

const layer = { kind: 'full', numKeyValueHeads: 1, keyHeadDim: 32, valueHeadDim: 32 } as const;

it('warns of what the model, the engine and the length give cause for, in that order', () => {
  const model = modelOf([layer], { maxPositionEmbeddings: 1000, warnings: ['of the model'] });
  const engine: Engine = {
    name: 'warning',
    plan: () => ({
      tokenShards: 1,
      ranks: [{ stage: 0, replicas: 1, devices: 1, pools: [] }],
      warnings: ['of the engine'],
    }),
  };
  expect(estimate(model, { ...DEFAULT_WORKLOAD, contextLength: 1000 }, engine).warnings).toEqual([
    'of the model',
    'of the engine',
  ]);
  expect(estimate(model, { ...DEFAULT_WORKLOAD, contextLength: 1001 }, engine).warnings.at(-1)).toBe(
    'A context of 1001 tokens is longer than the 1000 that the model was made for.',
  );
});

it('counts a pool on several stages once, with all its layers and bytes', () => {
  const model = modelOf([layer, layer, layer, { ...layer, kind: 'sliding', slidingWindow: 16 }]);
  const { pools } = estimate(model, { ...DEFAULT_WORKLOAD, pipelineParallel: 2, tensorParallel: 2 });
  expect(pools.map(({ name, layers, tokens }) => ({ name, layers, tokens }))).toEqual([
    { name: 'full', layers: 3, tokens: 4096 },
    { name: 'sliding(16)', layers: 1, tokens: 16 },
  ]);
});
