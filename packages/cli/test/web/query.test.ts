import { fileURLToPath } from 'node:url';
import { InputError } from '@kv/core';
import { describe, expect, it } from 'vitest';
import { pageQuery } from '../../src/web/query.js';

const config = fileURLToPath(new URL('../configs/Llama-3.1-8B/config.json', import.meta.url));

describe('the page’s address for a command line', () => {
  it.each([
    [[], {}, ''],
    [['llama-3.1-8b'], {}, ''],
    [['deepseek-v3'], { context: '64k' }, '?v=2&model=deepseek-ai/DeepSeek-V3&context=64k'],
    [
      ['gpt-oss-20b'],
      { engines: 'ideal,vllm', kvDtype: 'fp8', sequences: '4', tp: '2' },
      '?v=2&model=openai/gpt-oss-20b;kv-dtype=fp8_e4m3;tp=2&model=openai/gpt-oss-20b;kv-dtype=fp8_e4m3;engine=vllm;tp=2&sequences=4',
    ],
    [
      ['gpt-oss-20b'],
      {
        engine: 'llama.cpp',
        keyDtype: 'q8_0',
        valueDtype: 'q4_0',
        swaFull: true,
        kvUnified: false,
        ubatchSize: '256',
      },
      '?v=2&model=openai/gpt-oss-20b;key-dtype=q8_0;value-dtype=q4_0;engine=llama.cpp;ubatch-size=256;kv-unified=off;swa-full=on',
    ],
    [['hf:org/name@v1'], {}, '?v=2&model=hf:org/name@v1'],
    [
      [],
      { embDim: '64', nHeads: '4', nLayers: '2', latentDim: '16' },
      '?v=2&design=emb-dim=64;n-heads=4;n-layers=2;latent-dim=16',
    ],
  ])('of %j with %j is %j', async (models, options, query) => {
    expect(await pageQuery(models, options)).toBe(query);
  });

  it.each([
    [[config], {}, /^An address cannot hold/],
    [['-'], {}, /^An address cannot hold/],
    [['lama-3.1-8b'], {}, /./],
    [['llama-3.1-8b'], { engine: 'vlm' }, /^Unknown engine "vlm"/],
    [['llama-3.1-8b'], { context: 'long' }, /^--context is "long"/],
    [['llama-3.1-8b'], { embDim: '64' }, /not both/],
    [[], { embDim: '64' }, /^--n-heads is missing/],
    [Array.from({ length: 9 }, () => 'llama-3.1-8b'), {}, /at most/],
  ])('refuses %j with %j in a sentence', async (models, options, message) => {
    const refused = pageQuery(models, options);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });
});
