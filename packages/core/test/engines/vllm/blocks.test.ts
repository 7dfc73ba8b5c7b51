import { describe, expect, it } from 'vitest';
import { modelOf } from '../../arbitraries.js';
import { full, repeat, sliding } from '../../layers.js';
import { FP8, gemma27b, qwen3Next, run } from './models.js';

describe('blocks', () => {
  it('of Gemma 3 are shared by seven groups of ten layers, eight of them padding', () => {
    const { totalBytes, pools } = run(gemma27b, { contextLength: 32_768 });
    expect(totalBytes).toBe((2048 + 6 * 1089) * 10 * 131_072);
    expect(pools.map(({ name, layers }) => [name, layers])).toEqual([
      ['sliding(1024)', 52],
      ['full', 10],
    ]);
    expect(pools[0]?.explanation.join()).toContain('window 1024 - 1 + 16384 in flight');
    expect(pools.map(({ keyBytes, valueBytes }) => keyBytes - valueBytes)).toEqual([0, 0]);
  });

  it('have room for one batch in flight before 0.26', () => {
    const { totalBytes } = run(gemma27b, { contextLength: 32_768 }, { version: '0.25' });
    expect(totalBytes).toBe((2048 + 6 * 577) * 10 * 131_072);
  });

  it('grow until one of attention holds a state', () => {
    const use = { contextLength: 32_768 };
    const none = run(qwen3Next, use, { enablePrefixCaching: false });
    expect(none.totalBytes).toBe(64 * 12 * 544 * 2048);
    const align = run(qwen3Next, use, { gdnPrefillBackend: 'triton' });
    expect(align.totalBytes).toBe((61 + 3 * 2) * 12 * 544 * 2048);
    const checkpointed = run(qwen3Next, use);
    expect(checkpointed.totalBytes).toBe((Math.ceil(32_768 / 576) + 3 * 3) * 12 * 576 * 2048);
    const fp32 = run(qwen3Next, use, { enablePrefixCaching: false, mambaSsmCacheDtype: 'float32' });
    expect(fp32.totalBytes).toBe((32 + 3) * 12 * 1056 * 2048);
  });

  it('have more tokens where a layer has smaller pages', () => {
    const heads = modelOf(repeat([5, sliding(16, 256, 1024)], [1, full(4, 512)]));
    const names = run(heads, { contextLength: 4096 }).pools.map(({ explanation }) => explanation.join());
    expect(names.join()).toContain('32 tokens x 4 KV heads x (512 + 512)');
    expect(names.join()).toContain('16 tokens x 16 KV heads x (256 + 256)');
  });

  it('of windows and chunks keep every token without the hybrid manager', () => {
    const use = { contextLength: 32_768 };
    const keeps = run(gemma27b, use, { disableHybridKvCacheManager: true });
    expect(keeps.totalBytes).toBe(62 * 2048 * 131_072);
    const llama4 = modelOf(
      repeat([36, { ...full(8, 128), kind: 'chunked', attentionChunkSize: 8192 }], [12, full(8, 128)]),
    );
    expect(run(llama4, use).totalBytes).toBe(48 * 2048 * 65_536);
    const hybrid = run(llama4, use, { disableHybridKvCacheManager: false });
    expect(hybrid.totalBytes).toBe((2048 + 3 * 1536) * 12 * 65_536);
  });
});

describe('sparse latents', () => {
  const deepseekV32 = modelOf(
    repeat([61, { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64, indexer: { indexHeadDim: 128 } }]),
  );

  it('have an indexer of 132 bytes a token beside them', () => {
    const { totalBytes, pools } = run(deepseekV32, { contextLength: 32_768, tensorParallel: 8 });
    expect(totalBytes).toBe(8 * 61 * (1152 + 132) * 32_768);
    expect(pools.map(({ name }) => name)).toEqual(['latent', 'indexer']);
  });

  it('are 656 bytes a token in fp8', () => {
    const fp8 = { contextLength: 32_768, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
    expect(run(deepseekV32, fp8).totalBytes).toBe(61 * (656 + 132) * 32_768);
  });

  it('are split over contexts, on the devices of tensor parallelism', () => {
    const use = { contextLength: 32_768, tensorParallel: 8, contextParallel: 8 };
    const { totalBytes, bytesPerToken } = run(deepseekV32, use);
    expect(totalBytes).toBe(61 * (1152 + 132) * 32_768);
    expect(bytesPerToken).toBe(61 * (1152 + 132));
  });
});

it('keeps the indexer of MiniMax M3 in bf16, whatever the dtype of the cache', () => {
  const sparse = modelOf([{ ...full(4, 128), indexer: { indexHeadDim: 128 } }]);
  for (const use of [{}, FP8]) {
    const indexer = run(sparse, { ...use, contextLength: 1280 }).pools.find(({ name }) => name === 'indexer');
    expect(indexer?.bytes).toBe(1280 * 128 * 2);
  }
});
