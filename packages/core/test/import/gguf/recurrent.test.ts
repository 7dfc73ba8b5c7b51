import { describe, expect, it } from 'vitest';
import type { GgufMetadata } from '../../../src/import/gguf.js';
import { indexer, plain, read, ssm, window } from './files.js';

describe('recurrent layers', () => {
  it.each([
    [
      'plamo2',
      plain('plamo2', { ...ssm, 'attention.head_count_kv': [0, 2, 0, 2] }),
      ['mamba2', 'full', 'mamba2', 'full'],
    ],
    [
      'lfm2moe',
      plain('lfm2moe', { 'shortconv.l_cache': 3, 'attention.head_count_kv': [0, 2, 0, 2] }),
      ['short_convolution', 'full', 'short_convolution', 'full'],
    ],
    [
      'lfm2 with a window',
      plain('lfm2', { ...window, 'shortconv.l_cache': 3, 'attention.head_count_kv': [0, 2, 0, 2] }),
      ['short_convolution', 'sliding', 'short_convolution', 'sliding'],
    ],
    ['qwen35', plain('qwen35', ssm), ['gated_delta_net', 'gated_delta_net', 'gated_delta_net', 'full']],
    [
      'qwen35 with another interval',
      plain('qwen35', { ...ssm, full_attention_interval: 2 }),
      ['gated_delta_net', 'full', 'gated_delta_net', 'full'],
    ],
    [
      'qwen35 with a list',
      plain('qwen35', { ...ssm, 'attention.recurrent_layers': [false, true, true, false] }),
      ['full', 'gated_delta_net', 'gated_delta_net', 'full'],
    ],
  ])('stand where the file puts them: %s', (_what, metadata, expected) => {
    const kinds = read(metadata).layers.map((layer) =>
      layer.kind === 'recurrent' ? layer.mechanism : layer.kind,
    );
    expect(kinds).toEqual(expected);
  });

  it('keep one input less with a single token shift', () => {
    const keys = { 'wkv.head_size': 64, 'attention.head_count': 0 };
    const channelsOf = (more: GgufMetadata) => {
      const [layer] = read(plain('rwkv7', { ...keys, ...more })).layers;
      return layer?.kind === 'recurrent' ? layer.convolution?.channels : undefined;
    };
    expect(channelsOf({})).toBe(2 * 512);
    expect(channelsOf({ token_shift_count: 1 })).toBe(512);
  });

  it('keep the inputs of an embedding of n-grams beside their own', () => {
    const metadata = plain('qwen4exp', {
      ...ssm,
      ...indexer,
      'hyper_connection.count': 4,
      'ple.layers': [1],
      'ple.conv_kernel': 4,
      'ple.ngram_size': 3,
    });
    const { layers } = read(metadata);
    expect(layers.map(({ kind }) => kind)).toEqual(['recurrent', 'composite', 'recurrent', 'full']);
    expect(layers[1]).toMatchObject({ parts: [{}, { convolution: { channels: 2048, kernelSize: 10 } }] });
    expect(layers[3]).toMatchObject({ indexer: { indexHeadDim: 64 } });
  });
});
