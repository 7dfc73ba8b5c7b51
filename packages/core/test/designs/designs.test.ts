import { describe, expect, it } from 'vitest';
import { designs } from '../../src/designs/designs.js';

const size = { embDim: 4096, nHeads: 32, nLayers: 32 };

describe('designs of one size', () => {
  it('begin with MHA, alone where nothing else is asked for', () => {
    expect(designs({ ...size, nKvGroups: [] }).map(({ kind }) => kind)).toEqual(['mha']);
  });

  it('are all that the knobs ask for', () => {
    const all = designs({
      ...size,
      nKvGroups: [4],
      kvLoraRank: 512,
      qkRopeHeadDim: 64,
      slidingWindowSize: 1024,
      swaRatio: { cheap: 5, full: 1 },
      recurrentRatio: { cheap: 3, full: 1 },
    });
    expect(all.map(({ kind, label }) => [kind, label])).toEqual([
      ['mha', 'MHA (KV total)'],
      ['gqa', 'GQA (n_kv_groups=4, 4.0× compression)'],
      ['mla', 'MLA (kv_lora_rank=512, qk_rope_head_dim=64, 14.2× compression)'],
      ['mha_swa', 'MHA + SWA (window=1024, 5:1)'],
      ['gqa_swa', 'GQA (n_kv_groups=4) + SWA (window=1024, 5:1)'],
      ['hybrid', 'Hybrid (3:1 recurrent)'],
    ]);
  });

  it('have the teaching script’s name for a latent without a rotary key', () => {
    const all = designs({ ...size, nKvGroups: [], kvLoraRank: 1024 });
    expect(all[1]?.label).toBe('MLA (latent_dim=1024, 8.0× compression)');
  });

  it('have a sliding twin for MHA and for each number of groups, one group included', () => {
    const all = designs({ ...size, nKvGroups: [1, 8], slidingWindowSize: 128 });
    expect(all.map(({ kind }) => kind)).toEqual(['mha', 'gqa', 'gqa', 'mha_swa', 'gqa_swa', 'gqa_swa']);
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
  });

  it('all slide where a window is given without a ratio', () => {
    const [, swa] = designs({ ...size, nKvGroups: [], slidingWindowSize: 128 });
    expect(swa?.kind).toBe('mha_swa');
    expect(swa?.model.layers.every(({ kind }) => kind === 'sliding')).toBe(true);
  });
});
