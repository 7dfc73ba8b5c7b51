import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { trim } from '../../catalogue/trim.mjs';
import { CATALOGUE } from '../../src/catalogue/index.js';
import { modelFromConfig } from '../../src/import/config.js';

const NOISE = {
  bos_token_id: 1,
  rope_theta: 1e6,
  rms_norm_eps: 1e-6,
  use_cache: true,
  auto_map: { AutoModel: 'x' },
};
const anyConfig = fc.constantFrom(...CATALOGUE.map(({ config }) => config));

it('has left nothing of no matter in the catalogue', () => {
  for (const { config } of CATALOGUE) {
    expect(trim(config)).toEqual(config);
  }
});

it('drops what is of no matter, at any depth, and leaves the rest as it was', () => {
  fc.assert(
    fc.property(anyConfig, fc.boolean(), (config, inside) => {
      const noisy = inside
        ? { ...config, text_config: { ...NOISE, ...config.text_config } }
        : { ...NOISE, ...config };
      const expected = inside ? { ...config, text_config: config.text_config ?? {} } : config;
      expect(isDeepStrictEqual(trim(noisy), expected)).toBe(true);
    }),
  );
});

it('drops a list of modules only where it is long', () => {
  const modules = (count) => Array.from({ length: count }, (_, index) => `model.layers.${index}.mlp.gate`);
  const config = (count) => ({ quantization_config: { quant_method: 'fp8', ignore: modules(count) } });
  expect(trim(config(3))).toEqual(config(3));
  expect(trim(config(300))).toEqual({ quantization_config: { quant_method: 'fp8' } });
});

it.each([
  ['meta-llama/Llama-3.1-8B', 'Llama-3.1-8B'],
  ['deepseek-ai/DeepSeek-V3', 'DeepSeek-V3'],
])('makes the entry of %s from its published file, and no other model', (id, folder) => {
  const file = new URL(`../../../cli/test/configs/${folder}/config.json`, import.meta.url);
  const published = JSON.parse(readFileSync(file, 'utf8'));
  const { config, source } = CATALOGUE.find((entry) => entry.id === id);
  expect(trim(published)).toEqual(config);
  expect(modelFromConfig(config, { id, source })).toEqual(modelFromConfig(published, { id, source }));
});
