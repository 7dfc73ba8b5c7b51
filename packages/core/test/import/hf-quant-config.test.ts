import { expect, it } from 'vitest';
import { modelFromConfig } from '../../src/import/config.js';
import { withHfQuantConfig } from '../../src/import/hf-quant-config.js';
import { InputError } from '../../src/text/errors.js';

const LLAMA = {
  model_type: 'llama',
  num_hidden_layers: 4,
  hidden_size: 1024,
  num_attention_heads: 16,
  torch_dtype: 'bfloat16',
};
const FP8 = {
  producer: { name: 'modelopt', version: '0.23.0' },
  quantization: { quant_algo: 'FP8', kv_cache_quant_algo: 'FP8', exclude_modules: ['lm_head'] },
};

const cacheDtype = (config: unknown) =>
  modelFromConfig(config, { id: 'test', source: 'a test' }).kvCacheDtype.dtype;

it('caches in what the file beside a config says', () => {
  expect(cacheDtype(LLAMA)).toBe('bf16');
  expect(cacheDtype(withHfQuantConfig(LLAMA, FP8))).toBe('fp8_e4m3');
  expect(cacheDtype(withHfQuantConfig({ ...LLAMA, quantization_config: null }, FP8))).toBe('fp8_e4m3');
});

it('leaves a config alone that states its quantization', () => {
  const stated = { ...LLAMA, quantization_config: { quant_method: 'fp8' } };
  expect(withHfQuantConfig(stated, FP8)).toEqual(stated);
});

it('refuses what is no config', () => {
  expect(() => withHfQuantConfig([], FP8)).toThrow(InputError);
  expect(() => withHfQuantConfig(LLAMA, 'FP8')).toThrow(/hf_quant_config\.json/);
});
