import { expect, it } from 'vitest';
import { sglang } from '../../../src/engines/sglang/engine.js';
import type { Model } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';

it('stores keys and values as it computes, or as the checkpoint says', () => {
  const fp32 = { dtype: 'fp32', reason: 'config' } as const;
  const auto = (sizes: Partial<Model>) => sglang().kvCacheDtype?.(modelOf([], sizes)).dtype;
  expect(auto({ kvCacheDtype: fp32, dtype: fp32 })).toBe('fp16');
  expect(auto({ kvCacheDtype: fp32, dtype: fp32, architecture: 'Gemma3ForCausalLM' })).toBe('bf16');
  expect(auto({})).toBe('bf16');
  expect(
    sglang().kvCacheDtype?.(modelOf([{ kind: 'compressed', compressRatio: 4, headDim: 512 }])).dtype,
  ).toBe('fp8_e4m3');
});
