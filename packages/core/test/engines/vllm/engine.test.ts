import { expect, it } from 'vitest';
import { vllm } from '../../../src/engines/vllm/engine.js';
import { modelOf } from '../../arbitraries.js';
import { full } from '../../layers.js';
import { llama8b, run } from './models.js';

it('says since which release there is no class for an architecture', () => {
  const bamba = modelOf([full(8, 128)], { architecture: 'BambaForCausalLM' });
  expect(run(bamba).warnings.join()).toMatch(/no class for BambaForCausalLM since 0\.24.*version 0\.23/);
  expect(run(bamba, {}, { version: '0.23' }).warnings).toEqual([]);
  expect(run(llama8b).warnings).toEqual([]);
});

it('runs fp32 checkpoints in bf16', () => {
  const fp32 = { dtype: 'fp32', reason: 'config' } as const;
  expect(vllm().kvCacheDtype?.(modelOf([], { kvCacheDtype: fp32, dtype: fp32 })).dtype).toBe('bf16');
  expect(vllm().kvCacheDtype?.(llama8b).dtype).toBe('bf16');
});
