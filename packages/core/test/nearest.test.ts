import { expect, it } from 'vitest';
import { nearest } from '../src/nearest.js';

it('finds what a typo most likely meant', () => {
  expect(nearest('lama', ['llama', 'mistral', 'qwen2'])).toBe('llama');
  expect(nearest('LLAMA', ['llama', 'mistral'])).toBe('llama');
  expect(nearest('vlm', ['ideal', 'vllm', 'sglang'])).toBe('vllm');
});

it('suggests nothing where nothing is close', () => {
  expect(nearest('zebra', ['llama', 'mistral'])).toBeUndefined();
  expect(nearest('anything', [])).toBeUndefined();
});

it('is quick for a hostile word', () => {
  expect(nearest('x'.repeat(1e6), ['llama'])).toBeUndefined();
});
