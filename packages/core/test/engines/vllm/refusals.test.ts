import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat, sliding } from '../../layers.js';
import { deepseekV3, deepseekV4, FP8, latentWindow, qwen3Next, run } from './models.js';

const NVFP4 = { keyDtype: 'nvfp4', valueDtype: 'nvfp4' } as const;

function deepseekV4Of(compressRatio: number, headDim: number): Model {
  return modelOf([latentWindow, { kind: 'compressed', compressRatio, headDim }]);
}

describe('what the engine does not run', () => {
  const plain = modelOf([full(8, 128)], { numAttentionHeads: 32 });

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
    ['contexts over other devices', plain, { contextParallel: 2 }, {}, /must divide tensorParallel 1/],
    [
      'contexts over ranks with other heads',
      plain,
      { tensorParallel: 8, contextParallel: 2 },
      {},
      /only 1 tensor-parallel ranks/,
    ],
    [
      'contexts of windows',
      modelOf([sliding(1, 64, 128)]),
      { tensorParallel: 2, contextParallel: 2 },
      {},
      /other than full attention/,
    ],
    [
      'contexts of heads that share a key in other numbers',
      modelOf([full(2, 128)], { numAttentionHeads: 48 }),
      { tensorParallel: 16, contextParallel: 16 },
      {},
      /only 8 tensor-parallel ranks/,
    ],
    [
      'contexts over attention heads that they do not divide',
      modelOf([full(1, 128)], { numAttentionHeads: 6 }),
      { tensorParallel: 6, contextParallel: 4 },
      {},
      /must divide tensorParallel/,
    ],
    [
      'contexts of states in older releases',
      modelOf(repeat([1, deltaNet], [1, full(1, 256)])),
      { tensorParallel: 2, contextParallel: 2 },
      { version: '0.25' },
      /other than full attention/,
    ],
    [
      'windows of two sizes without the hybrid manager',
      modelOf([full(8, 128), sliding(8, 128, 512), sliding(8, 128, 1024)]),
      {},
      { disableHybridKvCacheManager: true },
      /windows of one size only, not the 512 and 1024/,
    ],
    [
      'windows and chunks without the hybrid manager and without full attention',
      modelOf([sliding(8, 128, 512), { ...full(8, 128), kind: 'chunked', attentionChunkSize: 512 }]),
      {},
      { disableHybridKvCacheManager: true },
      /hybrid KV cache manager/,
    ],
    [
      'RWKV',
      modelOf([{ kind: 'recurrent', mechanism: 'rwkv', state: { shape: [32, 64, 64], dtype: 'fp32' } }]),
      {},
      {},
      /no RWKV layers/,
    ],
    [
      'latents in int8',
      modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]),
      { keyDtype: 'int8', valueDtype: 'int8' },
      {},
      /int8_per_token_head/,
    ],
    [
      'cross-attention with values wider than keys',
      modelOf([{ ...full(8, 64), kind: 'cross', valueHeadDim: 128, encoderTokens: 100 }]),
      {},
      {},
      /too small for 128/,
    ],
    [
      'nvfp4 of heads that are not in groups of 16',
      modelOf([full(8, 72)]),
      NVFP4,
      {},
      /do not divide heads of 72/,
    ],
    [
      'speculated tokens of other recurrent layers',
      modelOf([{ kind: 'recurrent', mechanism: 'mamba', convolution: { channels: 64, kernelSize: 4 } }]),
      {},
      { numSpeculativeTokens: 2 },
      /for gated delta nets and Mamba 2 only/,
    ],
    [
      'speculated tokens in older releases',
      qwen3Next,
      {},
      { numSpeculativeTokens: 2, version: '0.16' },
      /for Qwen3-Next only/,
    ],
    [
      'nvfp4 of values that are not as long as keys',
      modelOf([{ ...full(8, 192), valueHeadDim: 128 }]),
      NVFP4,
      {},
      /must be of one size/,
    ],
    ['nvfp4 latents', deepseekV3, NVFP4, {}, /no nvfp4 cache for latents/],
    [
      'scales beside the elements of a sparse layer',
      modelOf([{ ...full(8, 128), indexer: { indexHeadDim: 128 } }]),
      { keyDtype: 'int8', valueDtype: 'int8' },
      {},
      /no int8_per_token_head cache for the sparse attention/,
    ],
    ['DeepSeek-V4 in bf16', deepseekV4, {}, {}, /fp8_ds_mla/],
    ['DeepSeek-V4 before 0.20', deepseekV4, FP8, { version: '0.19' }, /came with 0\.20/],
    [
      'stages of DeepSeek-V4 before 0.27',
      deepseekV4,
      { ...FP8, pipelineParallel: 2 },
      { version: '0.26' },
      /several pipeline stages is not known/,
    ],
    ['DeepSeek-V4 in small blocks', deepseekV4, FP8, { blockSize: 64 }, /take 256 only/],
    [
      'DeepSeek-V4 without the hybrid manager',
      deepseekV4,
      FP8,
      { disableHybridKvCacheManager: true },
      /hybrid KV cache manager/,
    ],
    [
      'contexts of DeepSeek-V4',
      deepseekV4,
      { ...FP8, tensorParallel: 8, contextParallel: 2 },
      {},
      /contextParallel/,
    ],
    ['a compressor of another ratio', deepseekV4Of(8, 512), FP8, {}, /ratio 4 and 128, not 8/],
    ['entries of another size', deepseekV4Of(4, 256), FP8, {}, /448 \+ 64/],
    ['compression without an indexer', deepseekV4Of(128, 512), FP8, {}, /with an indexer/],
    [
      'states without the hybrid manager',
      qwen3Next,
      {},
      { disableHybridKvCacheManager: true },
      /hybrid KV cache manager/,
    ],
    [
      'pages that older releases cannot make equal',
      modelOf([full(3, 128), sliding(2, 128, 512)]),
      {},
      { version: '0.25' },
      /393216|cannot make equal/,
    ],
  ] as const)('is refused: %s', (_what, any, use, set, message) => {
    expect(() => run(any, use, set)).toThrow(InputError);
    expect(() => run(any, use, set)).toThrow(message);
  });
});
