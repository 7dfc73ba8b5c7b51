import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import { vllmLogLines } from '../../../src/engines/vllm/log-lines.js';
import { modelOf } from '../../arbitraries.js';
import { full, repeat } from '../../layers.js';

const llama8b = modelOf(repeat([32, full(8, 128)]));
const workload = { ...DEFAULT_WORKLOAD, contextLength: 8192 };
const GIB = 2 ** 30;

describe('the lines that vLLM logs about its cache', () => {
  it('are those of llm-d-planner, accuracy/results/v0.19.0, Llama 3.1 8B on an H100', () => {
    expect(vllmLogLines(llama8b, workload, { version: '0.19' }, 62_392_400_000)).toEqual([
      'Available KV cache memory: 58.11 GiB',
      'GPU KV cache size: 476,016 tokens',
      'Maximum concurrency for 8,192 tokens per request: 58.11x',
    ]);
  });

  it('have two decimals up to 0.13, and no zero at the end since 0.14', () => {
    const availableIn = (version: '0.13' | '0.14' | '0.33', gib: number) =>
      vllmLogLines(llama8b, workload, { version }, gib * GIB)[0];
    expect(availableIn('0.13', 58.5)).toBe('Available KV cache memory: 58.50 GiB');
    expect(availableIn('0.14', 58.5)).toBe('Available KV cache memory: 58.5 GiB');
    expect(availableIn('0.33', 58)).toBe('Available KV cache memory: 58.0 GiB');
  });

  it('round what lies in the middle to the even hundredth, as Python does', () => {
    const availableOf = (gib: number) => vllmLogLines(llama8b, workload, { version: '0.19' }, gib * GIB)[0];
    expect(availableOf(58.125)).toBe('Available KV cache memory: 58.12 GiB');
    expect(availableOf(58.375)).toBe('Available KV cache memory: 58.38 GiB');
    expect(availableOf(58.625)).toBe('Available KV cache memory: 58.62 GiB');
  });

  it('are one for size and concurrency since 0.28', () => {
    expect(vllmLogLines(llama8b, workload, { version: '0.28' }, 58 * GIB)).toEqual([
      'Available KV cache memory: 58.0 GiB',
      'GPU KV cache size: 475,136 tokens, Maximum concurrency for 8,192 tokens per request: 58.00x',
    ]);
  });

  it('lack the first with --kv-cache-memory-bytes, and count the blocks of --num-gpu-blocks-override', () => {
    const given = { version: '0.19', kvCacheMemoryBytes: 4 * GIB } as const;
    expect(vllmLogLines(llama8b, workload, given, 4 * GIB)).toHaveLength(2);
    expect(
      vllmLogLines(llama8b, workload, { version: '0.19', numGpuBlocksOverride: 1000 }, 4 * GIB),
    ).toContain('GPU KV cache size: 16,000 tokens');
  });

  it('say the capacity of whatever memory there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 44 }), (bytes) => {
        const [, size] = vllmLogLines(llama8b, workload, { version: '0.19' }, bytes);
        const { tokens } = vllmCapacity(llama8b, workload, { version: '0.19' }, bytes);
        expect(size?.replace(/,/g, '')).toBe(`GPU KV cache size: ${tokens} tokens`);
      }),
    );
  });
});
