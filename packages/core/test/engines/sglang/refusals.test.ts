import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/text/errors.js';
import { modelOf } from '../../arbitraries.js';
import { full } from '../../layers.js';
import { deepseekV3, gptOss, qwen3Next, run } from './models.js';

describe('what the engine does not run', () => {
  const plain = modelOf([full(8, 128)], { numAttentionHeads: 32 });
  const fp8 = { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
  const mxfp8 = { keyDtype: 'mxfp8', valueDtype: 'mxfp8' } as const;
  const nvfp4 = { keyDtype: 'nvfp4', valueDtype: 'nvfp4' } as const;
  const sparse = (sizes: { readonly kvLoraRank?: number; readonly indexHeadDim?: number } = {}) =>
    modelOf([
      {
        kind: 'latent',
        kvLoraRank: sizes.kvLoraRank ?? 512,
        qkRopeHeadDim: 64,
        indexer: { indexHeadDim: sizes.indexHeadDim ?? 128 },
      },
    ]);
  const compressed = (parts: Partial<{ compressRatio: number; headDim: number }> = {}) =>
    modelOf([{ kind: 'compressed', compressRatio: 4, headDim: 512, ...parts }]);

  it.each([
    ['keys and values of two dtypes', plain, { valueDtype: 'fp8_e4m3' }, {}, /one --kv-cache-dtype/],
    ['a dtype that it has not', plain, { keyDtype: 'q8_0', valueDtype: 'q8_0' }, {}, /no cache dtype q8_0/],
    [
      'heads that ranks do not divide',
      modelOf([full(6, 128)]),
      { tensorParallel: 4 },
      {},
      /6 key-value heads/,
    ],
    ['attention heads that ranks do not divide', plain, { tensorParallel: 3 }, {}, /32 attention heads/],
    ['states that ranks do not divide', qwen3Next, { tensorParallel: 64 }, {}, /cannot split the 32 heads/],
    ['more stages than layers', plain, { pipelineParallel: 2 }, {}, /at most, one for each layer/],
    ['contexts over devices', plain, { contextParallel: 2 }, {}, /contextParallel is 2/],
    [
      'replicas that do not divide the devices they share',
      plain,
      { tensorParallel: 4, dataParallel: 3 },
      { enableDpAttention: true },
      /must divide tensorParallel 4/,
    ],
    ['heads that a scale does not fill', modelOf([full(8, 80)]), mxfp8, {}, /blocks of 32/],
    ['latents in mxfp8', deepseekV3, mxfp8, {}, /no mxfp8 cache for the latents/],
    ['sparse latents in fp4', sparse(), nvfp4, {}, /no nvfp4 cache for the latents/],
    ['sparse fp8 latents that a scale does not fill', sparse({ kvLoraRank: 500 }), fp8, {}, /blocks of 128/],
    ['other indexers', sparse({ indexHeadDim: 64 }), {}, {}, /indexer keys of 128/],
    ['other pages beside an indexer', sparse(), {}, { pageSize: 16 }, /pages of 64 tokens only/],
    [
      'an indexer of heads in fp4',
      modelOf([{ ...full(8, 128), indexer: { indexHeadDim: 128 } }]),
      nvfp4,
      {},
      /beside the indexer/,
    ],
    ['a sliding pool in fp4', gptOss, nvfp4, {}, /no fp4 cache/],
    [
      'two sizes of rows in one pool',
      modelOf([full(8, 128), full(4, 128)]),
      {},
      {},
      /one row size for all layers/,
    ],
    [
      "an encoder's output",
      modelOf([{ ...full(8, 64), kind: 'cross', encoderTokens: 100 }]),
      {},
      {},
      /encoder's output/,
    ],
    [
      'RWKV',
      modelOf([{ kind: 'recurrent', mechanism: 'rwkv', state: { shape: [32, 64, 64], dtype: 'fp32' } }]),
      {},
      {},
      /no states of rwkv/,
    ],
    ['fewer states than requests need', qwen3Next, {}, { maxMambaCacheSize: 4 }, /need 5 states/],
    ['compressed caches in bf16', compressed(), {}, {}, /fp8_e4m3 only/],
    ['compressed caches of another ratio', compressed({ compressRatio: 8 }), fp8, {}, /ratio 4 and 128/],
    [
      'latents of another size beside compressed ones',
      modelOf([
        { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64, slidingWindow: 128 },
        { kind: 'compressed', compressRatio: 4, headDim: 512 },
      ]),
      fp8,
      {},
      /448 \+ 64/,
    ],
  ] as const)('is refused: %s', (_what, any, use, set, message) => {
    expect(() => run(any, use, set)).toThrow(InputError);
    expect(() => run(any, use, set)).toThrow(message);
  });
});
