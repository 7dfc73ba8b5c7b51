import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';
import { full, repeat } from '../../layers.js';
import { deepseekV3, gemma27b, llama8b, run } from './models.js';

describe('packed formats', () => {
  const tokens = (
    any: Model,
    keyDtype: DtypeName,
    settings: VllmSettings,
    bytes: number,
    contextLength = 262_144,
  ) =>
    vllmCapacity(
      any,
      { ...DEFAULT_WORKLOAD, contextLength, keyDtype, valueDtype: keyDtype },
      settings,
      bytes,
    );
  const bytesOfToken = (any: Model, keyDtype: DtypeName, settings: VllmSettings = {}) =>
    run(any, { contextLength: 3840, keyDtype, valueDtype: keyDtype }, settings).totalBytes / 3840;
  const rotating = (rotaryDim: number) => modelOf([full(1, 256)], { geometry: { rotaryDim } });

  it('have the slots of their presets beside recurrent layers', () => {
    // Text of a public GitHub repository: Qwen3.x-27B in turboquant_4bit_nc, 8.77 GiB, 518,589 tokens, 1.98x.
    const delta: Layer = {
      kind: 'recurrent',
      mechanism: 'gated_delta_net',
      convolution: { channels: 2 * 16 * 128 + 48 * 128, kernelSize: 4 },
      state: { shape: [48, 128, 128], dtype: 'fp32' },
    };
    const qwen = modelOf(repeat([48, delta], [16, full(4, 256)]), {
      architecture: 'Qwen3_5ForConditionalGeneration',
    });
    const settings = { version: '0.27', enablePrefixCaching: true };
    const found = tokens(qwen, 'turboquant_4bit_nc', settings, Math.round(8.77 * 2 ** 30));
    expect([found.tokens, found.maxConcurrency.toFixed(2)]).toEqual([518_589, '1.98']);
    expect(() => tokens(qwen, 'turboquant_4bit_nc', { version: '0.20' }, 2 ** 36)).toThrow(
      /does not run turboquant/,
    );
  });

  it.each([
    ['turboquant_k8v4', 128 + 68],
    ['turboquant_4bit_nc', 66 + 68],
    ['turboquant_k3v4_nc', 50 + 68],
    ['turboquant_3bit_nc', 50 + 52],
    ['ultraquant_4bit', 136],
  ] as const)('leave the first and last two layers of others as they are: %s', (name, slot) => {
    const deep = modelOf(repeat([36, full(8, 128)]));
    expect(bytesOfToken(deep, name)).toBe(8 * (32 * slot + 4 * 512));
    expect(bytesOfToken(modelOf(repeat([3, full(8, 128)])), name)).toBe(8 * (slot + 2 * 512));
  });

  it('take larger blocks beside such layers since 0.25', () => {
    const deep = modelOf(repeat([36, full(8, 128)]));
    const blocks = (version: string) =>
      tokens(deep, 'turboquant_3bit_nc', { version }, 2 ** 36, 3200).blocksPerRequest;
    expect([blocks('0.24'), blocks('0.25')]).toEqual([200, 100]);
  });

  it('of Octave give rotated elements of a key four bits, and all three where compact', () => {
    const bytes = (name: DtypeName, rotaryDim: number) => bytesOfToken(rotating(rotaryDim), name);
    expect(bytes('octave_k3v4', 64)).toBe(32 + 72 + 128 + 2 * 5 + 6);
    expect(bytes('octave_k3v3', 256)).toBe(128 + 96 + 2 * 5 + 6);
    expect(bytes('octave_k3v3_compact', 96)).toBe(96 + 96 + 2 * 2);
    expect(() => bytes('octave_k3v4', 96)).toThrow(/96 rotated elements/);
  });

  it('of sparse latents are rows of their own, in four bits since 0.30', () => {
    const sparse = modelOf([
      { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64, indexer: { indexHeadDim: 128 } },
    ]);
    expect(bytesOfToken(sparse, 'fp8_e4m3')).toBe(656 + 132);
    expect(bytesOfToken(sparse, 'nvfp4')).toBe(352 + 132);
    expect(() => bytesOfToken(sparse, 'nvfp4', { version: '0.29' })).toThrow(/no nvfp4 cache for latents/);
  });

  it.each([
    ['int4', '0.24', /no --kv-cache-dtype int4_per_token_head; it came with 0.25/],
    ['nvfp4', '0.19', /it came with 0.20/],
    ['turboquant_k8v4', '0.19.1', /it came with 0.20/],
    ['ultraquant_4bit', '0.31', /it came with 0.32/],
    ['octave_k3v3', '0.32', /it came with 0.33/],
  ] as const)('are refused before the release that brought them: %s in %s', (name, version, message) => {
    expect(() => bytesOfToken(llama8b, name, { version })).toThrow(message);
  });

  it('are refused where it is not known how they are packed', () => {
    expect(() => bytesOfToken(gemma27b, 'turboquant_4bit_nc')).toThrow(/sliding layers of .* not known/);
    expect(() => bytesOfToken(deepseekV3, 'turboquant_4bit_nc')).toThrow(
      /no turboquant_4bit_nc cache for latents/,
    );
    expect(() => bytesOfToken(modelOf([full(8, 96)]), 'octave_k3v3_compact')).toThrow(/groups of 64/);
  });
});
