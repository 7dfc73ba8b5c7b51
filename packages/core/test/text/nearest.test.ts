import { expect, it } from 'vitest';
import { nearest, nearestOf } from '../../src/text/nearest.js';

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

it('lists several, the nearest first, and no more than asked for', () => {
  const candidates = ['org/llama-8b', 'org/llama-70b', 'org/qwen-8b', 'other/llama-7b'];
  const name = (candidate: string) => candidate.slice(candidate.indexOf('/') + 1);
  expect(nearestOf('llama-9b', candidates, 2, name)).toEqual(['org/llama-8b', 'other/llama-7b']);
  expect(nearestOf('zebra', candidates, 2, name)).toEqual([]);
});
