import { readFileSync } from 'node:fs';
import { compare } from '@kv/core';
import { describe, expect, it } from 'vitest';
import { casesFor } from '../src/cases.js';

interface SeedCase {
  readonly expected: Readonly<Record<'mha' | 'gqa' | 'mla' | 'mha_swa' | 'gqa_swa', number>>;
  readonly [knob: string]: unknown;
}

const golden = new URL('../../core/test/golden/seed-estimators.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(golden, 'utf8')) as { readonly cases: readonly SeedCase[] };

describe("the teaching scripts' flags", () => {
  it.each(cases)('give their numbers: case %#', async (seed) => {
    const text = (knob: string) => String(seed[knob]);
    const rows = compare(
      await casesFor([], {
        embDim: text('emb_dim'),
        nHeads: text('n_heads'),
        nLayers: text('n_layers'),
        nKvGroups: text('n_kv_groups'),
        latentDim: text('latent_dim'),
        slidingWindowSize: text('sliding_window_size'),
        swaRatio: text('swa_ratio'),
        context: text('context_length'),
        sequences: text('batch_size'),
        kvDtype: text('dtype'),
      }),
    );
    const { mha, gqa, mla, mha_swa, gqa_swa } = seed.expected;
    expect(Object.fromEntries(rows.map(({ kind, allocation }) => [kind, allocation.totalBytes]))).toEqual({
      ...{ mha, gqa, mla, mha_swa, gqa_swa },
    });
  });
});
