import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import type { Model } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';
import { full, repeat } from '../../layers.js';
import { model, settings, workload } from './arbitraries.js';
import { gemma27b, llama8b, run } from './models.js';

describe('what the engine logs', () => {
  const use = { ...DEFAULT_WORKLOAD, contextLength: 131_072 };

  it('is the memory in whole blocks', () => {
    const bytesPerBlock = 32 * 65_536;
    const found = vllmCapacity(llama8b, use, {}, 1000 * bytesPerBlock + bytesPerBlock - 1);
    expect(found).toEqual({
      numBlocks: 1000,
      blocksPerRequest: 8192,
      requestBytes: 8192 * bytesPerBlock,
      tokens: 16_000,
      maxConcurrency: 1000 / 8192,
      startsUp: false,
    });
  });

  it('keeps the null block free since 0.29', () => {
    const bytes = 8192 * 32 * 65_536;
    expect(vllmCapacity(llama8b, use, {}, bytes).startsUp).toBe(false);
    expect(vllmCapacity(llama8b, use, {}, bytes + 32 * 65_536).startsUp).toBe(true);
    expect(vllmCapacity(llama8b, use, { version: '0.28' }, bytes).startsUp).toBe(true);
  });

  it('says that as many requests fit as the engine sets memory aside for', () => {
    const sizes = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(model, workload, settings, sizes, (any, work, set, bytes) => {
        const { maxConcurrency, requestBytes } = vllmCapacity(any, work, set, bytes);
        const fits = Math.floor(maxConcurrency);
        expect(run(any, { ...work, numSequences: 1 }, set).totalBytes).toBe(requestBytes);
        expect(fits * requestBytes).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});

describe('what vLLM says that one request needs', () => {
  const needs = (any: Model, use: Partial<Workload>, version: string) =>
    vllmCapacity(any, { ...DEFAULT_WORKLOAD, ...use }, { version }, 2 ** 40).requestBytes / 2 ** 30;

  it('counts the layers of all pipeline stages from 0.14 to 0.16', () => {
    // vllm-project/vllm#34076 and its like: "71.16 GiB KV cache is needed" for GLM-4.7 on 8 stages.
    const glm = modelOf(repeat([92, full(8, 128)]));
    const eight = { contextLength: 202_752, pipelineParallel: 8 };
    expect(['0.14', '0.15.1', '0.16'].map((version) => needs(glm, eight, version).toFixed(2))).toEqual(
      Array(3).fill('71.16'),
    );
    expect(['0.13', '0.17', '0.33'].map((version) => needs(glm, eight, version).toFixed(2))).toEqual(
      Array(3).fill('9.28'),
    );
    const coder = modelOf(repeat([48, full(4, 128)]));
    const two = { contextLength: 262_144, pipelineParallel: 2 };
    expect(['0.13', '0.16', '0.17'].map((version) => needs(coder, two, version))).toEqual([12, 24, 12]);
  });

  it('is that of the first group from 0.14 to 0.18, and of the layers alone before', () => {
    const [of13, of18, of19] = ['0.13', '0.18', '0.19'].map((version) =>
      needs(gemma27b, { contextLength: 131_072 }, version),
    );
    const [page, windowBlocks, fullBlocks] = [131_072, Math.ceil((1023 + 8192) / 16) + 1, 8192];
    expect(of13).toBe(((52 * windowBlocks + 10 * fullBlocks) * page) / 2 ** 30);
    expect(of18).toBe((10 * windowBlocks * page) / 2 ** 30);
    expect(of19).toBe((10 * (6 * windowBlocks + fullBlocks) * page) / 2 ** 30);
  });
});

it('takes as many blocks as it is told, whatever memory there is', () => {
  const use = { ...DEFAULT_WORKLOAD, contextLength: 16_000 };
  const found = vllmCapacity(llama8b, use, { numGpuBlocksOverride: 2001 }, 2 ** 30);
  expect([found.numBlocks, found.tokens, found.startsUp]).toEqual([2001, 32_016, true]);
  expect(vllmCapacity(llama8b, use, { numGpuBlocksOverride: 1000 }, 2 ** 40).startsUp).toBe(false);
  const older = { numGpuBlocksOverride: 1000, version: '0.20' };
  expect(vllmCapacity(llama8b, use, older, 2 ** 40).startsUp).toBe(true);
  expect(() => run(llama8b, { contextLength: 32_001 }, { numGpuBlocksOverride: 2001 })).toThrow(
    /2001, but 1 sequences of 32001 tokens need 2002 blocks/,
  );
});
