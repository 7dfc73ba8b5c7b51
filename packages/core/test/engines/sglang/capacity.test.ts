import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { type SglangCapacity, sglangCapacity } from '../../../src/engines/sglang/capacity.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { InputError } from '../../../src/text/errors.js';
import { model, settings, workload } from './arbitraries.js';
import { deepseekV4, gptOss, llama8b, run } from './models.js';

describe('what the engine logs', () => {
  it('is the memory over the bytes of a token', () => {
    const found = sglangCapacity(llama8b, DEFAULT_WORKLOAD, {}, 1000 * 131_072 + 131_071);
    expect(found).toEqual({
      maxTotalNumTokens: 1000,
      swaTokens: undefined,
      keyBytes: 1001 * 65_536,
      valueBytes: 1001 * 65_536,
      maxMambaCacheSize: undefined,
      convolutionBytes: 0,
      stateBytes: 0,
      swaKeyBytes: 0,
      swaValueBytes: 0,
      speculativeConvolutionBytes: 0,
      speculativeStateBytes: 0,
      draftKeyBytes: 0,
      draftValueBytes: 0,
      maxRunningRequests: 500,
    } satisfies SglangCapacity);
  });

  it('never asks for more memory than there is, the page for padding aside', () => {
    const bytes = fc.integer({ min: 2 ** 33, max: 2 ** 40 });
    fc.assert(
      fc.property(model, workload, settings, bytes, (any, use, set, available) => {
        const found = sglangCapacity(any, { ...use, contextLength: 1000 }, set, available);
        const { keyBytes, valueBytes, convolutionBytes, stateBytes } = found;
        const page = run(any, { ...use, contextLength: 1, numSequences: 1 }, set).pools.map(
          (pool) => (pool.keyBytes + pool.valueBytes) / Math.max(pool.tokens, 1),
        );
        const padding = page.reduce((total, one) => total + one, 0) * (set.pageSize ?? 1);
        expect(keyBytes + valueBytes + convolutionBytes + stateBytes).toBeLessThanOrEqual(
          available + padding,
        );
      }),
    );
  });

  it('has windows for the requests that are given, where no prefixes are kept', () => {
    const set = { disableRadixCache: true, maxRunningRequests: 8 };
    const tokens = (settings: SglangSettings) =>
      sglangCapacity(gptOss, DEFAULT_WORKLOAD, settings, 2 ** 34).swaTokens;
    expect(tokens(set)).toBe(8 * (128 + 128 + 1 + 1) + 2 * 8192 + 1);
    expect(tokens({ ...set, speculativeAlgorithm: 'NGRAM' })).toBe(
      8 * (128 + 12 * 128 + 1 + 24) + 2 * 8192 + 1,
    );
    expect(tokens({ ...set, version: '0.5.13' })).toBe(tokens({}));
  });

  it('is refused where nothing fits', () => {
    expect(() => sglangCapacity(llama8b, DEFAULT_WORKLOAD, {}, 1000)).toThrow(InputError);
    const fp8 = { ...DEFAULT_WORKLOAD, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
    expect(() => sglangCapacity(deepseekV4, fp8, {}, 2 ** 30)).toThrow(/not enough for 256 requests/);
  });

  it('of DeepSeek-V4 are the tokens that 0.5.12 made of 4.125 GiB for V4-Pro: 23749.84 bytes each', () => {
    const fp8 = { ...DEFAULT_WORKLOAD, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
    const tokens = (bytes: number) =>
      sglangCapacity(deepseekV4, fp8, { version: '0.5.12' }, bytes).maxTotalNumTokens;
    expect(tokens(Math.ceil(186_368 * 23_749.8375))).toBe(186_368);
    expect(tokens(Math.floor(186_368 * 23_749.8375) - 1)).toBe(186_368 - 256);
  });
});
