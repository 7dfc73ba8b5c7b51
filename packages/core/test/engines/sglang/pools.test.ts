import { describe, expect, it } from 'vitest';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { modelOf } from '../../arbitraries.js';
import { full, repeat, sliding } from '../../layers.js';
import { deepseekV3, gptOss, llama8b, qwen3Next, run } from './models.js';

const STATE_BYTES = 8192 * 3 * 2 + 32 * 128 * 128 * 4;

describe('pools', () => {
  it('have one page more than tokens', () => {
    const use = { contextLength: 32_768 };
    expect(run(llama8b, use).totalBytes).toBe(32_769 * 131_072);
    expect(run(llama8b, use, { pageSize: 64 }).totalBytes).toBe((32_768 + 64) * 131_072);
    expect(run(deepseekV3, use).totalBytes).toBe(32_769 * 61 * 1152);
    expect(run(llama8b, use).pools[0]?.explanation.join()).toBe(
      '32 layers x 32769 slots x 8 KV heads x (128 + 128) bf16; slots: 32768 tokens and one page of 1 for the writes of padding',
    );
  });

  it('of sliding layers have a part of the tokens of full ones', () => {
    const { pools } = run(gptOss, { contextLength: 32_768 });
    expect(pools.map(({ name, tokens }) => [name, tokens])).toEqual([
      ['sliding(128)', Math.floor(32_768 * 0.8) + 1],
      ['full', 32_769],
    ]);
  });

  it('are larger where the sliding part would not hold the windows', () => {
    const use = { contextLength: 100, numSequences: 8 };
    const { pools } = run(gptOss, use, { swaFullTokensRatio: 0.5 });
    expect(pools.map(({ tokens }) => tokens)).toEqual([801, 1601]);
  });

  it('keep every token of windows in architectures without a pool for them', () => {
    const gemma3 = modelOf(repeat([52, sliding(16, 128, 1024)], [10, full(16, 128)]), {
      architecture: 'Gemma3ForConditionalGeneration',
    });
    const { totalBytes, warnings } = run(gemma3, { contextLength: 32_768 });
    expect(totalBytes).toBe(62 * 32_769 * 8192);
    expect(warnings.join()).toContain('keep every token');
    const disabled = run(gptOss, { contextLength: 32_768 }, { disableHybridSwaMemory: true });
    expect(disabled.totalBytes).toBe(36 * 32_769 * 2048);
    expect(disabled.warnings).toEqual([]);
  });

  it('have rows for layers that share a cache or attend to nothing', () => {
    const shares = modelOf([full(8, 128), { kind: 'shared', sharesWith: 0 }, { kind: 'none' }]);
    expect(run(shares, { contextLength: 100 }).totalBytes).toBe(3 * 101 * 4096);
  });

  it('of states have five for each request, or one without the prefix cache', () => {
    const use = { contextLength: 100, numSequences: 3 };
    const stateBytes = (set: SglangSettings, any = qwen3Next) =>
      run(any, use, set).pools.find(({ name }) => name === 'recurrent')?.stateBytes;
    expect(stateBytes({})).toBe(16 * 36 * STATE_BYTES);
    expect(stateBytes({ mambaRadixCacheStrategy: 'extra_buffer_lazy' })).toBe(13 * 36 * STATE_BYTES);
    expect(stateBytes({ mambaRadixCacheStrategy: 'no_buffer' })).toBe(10 * 36 * STATE_BYTES);
    expect(stateBytes({ disableRadixCache: true })).toBe(4 * 36 * STATE_BYTES);
    expect(stateBytes({ maxMambaCacheSize: 100 })).toBe(101 * 36 * STATE_BYTES);
    expect(stateBytes({}, { ...qwen3Next, architecture: 'Lfm2ForCausalLM' })).toBe(10 * 36 * STATE_BYTES);
  });
});
