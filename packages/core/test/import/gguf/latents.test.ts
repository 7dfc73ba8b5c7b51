import { describe, expect, it } from 'vitest';
import { indexer, latent, plain, read, window } from './files.js';

describe('latents', () => {
  it('are heads where an old file states none', () => {
    const { layers, warnings } = read(
      plain('deepseek2', {
        'attention.key_length': 192,
        'attention.value_length': 128,
        'attention.head_count_kv': 8,
      }),
    );
    expect(layers[0]).toEqual({ kind: 'full', numKeyValueHeads: 8, keyHeadDim: 192, valueHeadDim: 128 });
    expect(warnings.join()).toContain('key_length_mla');
  });

  it.each([
    ['glm-dsa of short contexts', plain('glm-dsa', { ...latent, ...indexer }), [true, true, true, true]],
    [
      'glm-dsa of long ones',
      plain('glm-dsa', { ...latent, ...indexer, context_length: 2 ** 20 }),
      [true, true, true, false],
    ],
    [
      'hy_v4',
      plain('hy_v4', { ...latent, ...indexer, 'attention.indexer.types': [1, 0, 1, 0] }),
      [true, false, true, false],
    ],
    ['hy_v4 without an indexer', plain('hy_v4', latent), [false, false, false, false]],
    ['deepseek32', plain('deepseek32', { ...latent, ...indexer }), [true, true, true, true]],
  ])('have an indexer where one is kept: %s', (_what, metadata, expected) => {
    expect(
      read(metadata).layers.map((layer) => layer.kind === 'latent' && layer.indexer !== undefined),
    ).toEqual(expected);
  });

  it('slide with a size of their own', () => {
    const metadata = plain('dots3note', {
      ...latent,
      ...indexer,
      ...window,
      'attention.indexer.types': [1, 1, 1, 1],
      'attention.sliding_window_pattern': [true, false, false, false],
      'attention.kv_lora_rank_swa': 48,
      'attention.key_length_swa': 64,
      'attention.key_length_mla_swa': 56,
      'attention.value_length_mla_swa': 24,
    });
    const [inWindow, whole] = read(metadata).layers;
    expect(inWindow).toMatchObject({ kind: 'latent', kvLoraRank: 48, qkRopeHeadDim: 16, slidingWindow: 128 });
    expect(whole).toMatchObject({
      kind: 'latent',
      kvLoraRank: 96,
      qkRopeHeadDim: 32,
      indexer: { indexHeadDim: 64 },
    });
  });
});
