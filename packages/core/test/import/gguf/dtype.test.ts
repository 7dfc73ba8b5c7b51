import { expect, it } from 'vitest';
import { plain, read } from './files.js';

it('caches in f16 and computes in fp32, as llama.cpp does, and says so', () => {
  const { dtype, kvCacheDtype } = read(plain('llama'));
  expect(kvCacheDtype).toEqual({ dtype: 'fp16', reason: "llama.cpp's default for GGUF files" });
  expect(dtype.dtype).toBe('fp32');
});
