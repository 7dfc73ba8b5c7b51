import { describe, expect, it } from 'vitest';
import { modelFromConfig } from '../../src/import/config.js';

const PLAIN = { model_type: 'llama', num_hidden_layers: 1, hidden_size: 64, num_attention_heads: 1 };
const read = (fields: object) => modelFromConfig({ ...PLAIN, ...fields }, { id: 'test', source: 'a test' });

describe('the dtype of the cache', () => {
  it.each([
    [{}, 'bf16', 'the config names none'],
    [{ torch_dtype: 'float16' }, 'fp16', "the config's torch_dtype"],
    [{ dtype: 'float32', torch_dtype: 'float16' }, 'fp32', "the config's dtype"],
    [
      { torch_dtype: 'bfloat16', quantization_config: { kv_cache_scheme: { num_bits: 8, type: 'float' } } },
      'fp8_e4m3',
      "the config's quantization_config.kv_cache_scheme",
    ],
    [
      { quantization_config: { kv_cache_scheme: { num_bits: 8, type: 'int' } } },
      'int8',
      "the config's quantization_config.kv_cache_scheme",
    ],
    [
      { quantization_config: { quantization: { kv_cache_quant_algo: 'FP8' } } },
      'fp8_e4m3',
      "the config's quantization_config.quantization.kv_cache_quant_algo",
    ],
    [{ quantization_config: { kv_cache_quant_algo: null } }, 'bf16', 'the config names none'],
  ])('is read from %j', (fields, dtype, reason) => {
    expect(read(fields).kvCacheDtype).toEqual({ dtype, reason });
    expect(read(fields).warnings).toEqual([]);
  });

  it('comes from the wrapper where the text config names none', () => {
    const model = modelFromConfig({ dtype: 'float16', text_config: PLAIN }, { id: 'test', source: 'a test' });
    expect(model.kvCacheDtype.dtype).toBe('fp16');
  });

  it.each(['auto', 'float17', '__proto__'])('is refused, naming it, for "%s"', (dtype) => {
    expect(() => read({ dtype })).toThrow(`"dtype" is "${dtype}"`);
  });

  it.each([{ kv_cache_quant_algo: 'NVFP4' }, { kv_cache_scheme: { num_bits: 4, type: 'float' } }])(
    'stays that of activations, with a warning, for %j',
    (quantization_config) => {
      const model = read({ quantization_config });
      expect(model.kvCacheDtype.dtype).toBe('bf16');
      expect(model.warnings.join()).toContain('kv_cache_');
    },
  );
});
