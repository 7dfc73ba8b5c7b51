import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import { vllm } from '../../../src/engines/vllm/engine.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { GpuVendor } from '../../../src/gpus/gpu.js';
import type { Layer } from '../../../src/model/layer.js';
import { exactly } from '../../../src/text/quantity.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat } from '../../layers.js';
import { qwen3Next, run } from './models.js';

describe('states of Mamba 2 with prefix caching', () => {
  const mamba2: Layer = {
    kind: 'recurrent',
    mechanism: 'mamba2',
    convolution: {
      channels: 4096 + 2 * 8 * 128,
      kernelSize: 4,
      groups: { numGroups: 8, groupChannels: 256 },
    },
    state: { shape: [64, 64, 128], dtype: 'model' },
    chunkSize: 256,
  };
  const hybrid = modelOf([mamba2, full(8, 128)]);
  const on = { enablePrefixCaching: true };
  const blocks = (settings: VllmSettings, any = hybrid) =>
    vllmCapacity(any, { ...DEFAULT_WORKLOAD, contextLength: 10_000 }, settings, 2 ** 36).blocksPerRequest;
  // A state of 1,085,440 bytes takes 265 tokens of 4096 bytes: 272 in sixteens, 512 in chunks.
  const [ofStates, ofChunks] = [Math.ceil(10_000 / 272), Math.ceil(10_000 / 512)];

  it.each([
    ['0.11.0', {}, ofStates + 1],
    ['0.11.1', {}, 2 * ofChunks],
    ['0.27', {}, 2 * ofChunks],
    ['0.27', { mambaBlockSize: 64 }, 2 * Math.ceil(10_000 / 320)],
    ['0.27', { mambaCacheMode: 'align' }, ofStates + 2],
    ['0.14', { mambaCacheMode: 'align' }, 2 * ofChunks],
    ['0.28', {}, ofStates + 2],
    ['0.28', { mambaCacheMode: 'all' }, 2 * ofChunks],
    ['0.32', {}, ofStates + 3],
  ] as const)('are as many as %s keeps with %j', (version, settings, expected) => {
    expect(blocks({ ...on, version, ...settings })).toBe(expected);
  });

  it('are turned off before there is a mode for layers that do not keep them for each block', () => {
    const deltaNets = modelOf([deltaNet, full(2, 256)]);
    const counts = ['0.10', '0.11.1', '0.14', '0.15', '0.33'].map((version) => {
      const withCaching = blocks({ ...on, version }, deltaNets);
      return withCaching - blocks({ enablePrefixCaching: false, version }, deltaNets);
    });
    expect(counts.slice(0, 4)).toEqual([0, 0, 0, 1]);
  });

  it('are refused where their number is not known, or the mode is gone', () => {
    const { chunkSize: _, ...unknown } = mamba2 as { chunkSize?: number } & Layer;
    expect(() => blocks({ ...on, version: '0.27' }, modelOf([unknown, full(8, 128)]))).toThrow(
      /chunk_size.*--mamba-block-size/,
    );
    expect(() => blocks({ mambaCacheMode: 'all' })).toThrow(/no --mamba-cache-mode all/);
  });
});

it('takes the kernels of gated delta nets that the GPU has', () => {
  const states = (computeCapability: string | undefined, vendor: GpuVendor = 'NVIDIA') => {
    const device = {
      ...{ name: 'a GPU', vendor, total: exactly(2 ** 36), totalSource: '', isUnified: false },
      ...(computeCapability === undefined ? {} : { computeCapability }),
    };
    const engine = vllm(vllm().settingsOn?.(device));
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 1 };
    return estimate(qwen3Next, workload, engine).pools.find(({ name }) => name === 'recurrent')?.tokens;
  };
  expect(['9.0', '10.0', '10.3', '12.0', '12.1'].map((one) => states(one))).toEqual(Array(5).fill(3));
  expect(['7.5', '8.0', '8.6', '8.9'].map((one) => states(one))).toEqual(Array(4).fill(2));
  expect([states(undefined, 'AMD'), states(undefined)]).toEqual([2, 3]);
});

it('keeps one state more for Kimi delta attention with a bounded gate since 0.29, by FlashKDA', () => {
  const gated = (hasBoundedGate: boolean) =>
    modelOf([
      {
        kind: 'recurrent',
        mechanism: 'kimi_delta_attention',
        convolution: { channels: 3 * 96 * 128, kernelSize: 4 },
        state: { shape: [96, 128, 128], dtype: 'fp32' },
        hasBoundedGate,
      },
      { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 },
    ]);
  const states = (bounded: boolean, settings: VllmSettings = {}) =>
    run(gated(bounded), { contextLength: 1000 }, settings).pools.find(({ name }) => name === 'recurrent')
      ?.tokens;
  expect([states(false), states(true)]).toEqual([2, 3]);
  expect(states(true, { version: '0.28' })).toBe(2);
  expect(states(true, { mambaSsmCacheDtype: 'float16' })).toBe(2);
  expect(states(true, { enablePrefixCaching: false })).toBe(1);
});

it('splits tokens of attention over contexts, and not the states beside it', () => {
  const hybrid = modelOf(repeat([3, deltaNet], [1, full(2, 256)]), { numAttentionHeads: 16 });
  const use = { contextLength: 100_000, tensorParallel: 8 };
  const [whole, split] = [1, 4].map((contextParallel) => run(hybrid, { ...use, contextParallel }).pools);
  const slots = (pools: Allocation['pools'] | undefined) => pools?.map(({ name, tokens }) => [name, tokens]);
  expect(slots(whole)?.find(([name]) => name === 'recurrent')).toEqual(
    slots(split)?.find(([name]) => name === 'recurrent'),
  );
  expect(slots(split)).not.toEqual(slots(whole));
});
