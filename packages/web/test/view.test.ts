import { InputError } from '@kv/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_STATE, FIELDS, parseState } from '../src/state.js';
import { viewOf } from '../src/view.js';

const LOOK = { theme: 'light', size: 'wide' } as const;

describe('what a state means', () => {
  it('is a figure, its numbers and an answer, or one sentence for people', () => {
    const text = fc.oneof(
      fc.constantFrom('0', '-1', '1', '64', '1.5', '1:1', '128k', '9e99', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), text, (field, value) => {
        const { state } = parseState(`?${new URLSearchParams([[field, value]])}`);
        try {
          const { figure, table, answer } = viewOf(state, LOOK);
          expect(table.heads).toHaveLength(figure.data.length + 1);
          expect(answer).toMatch(/^At \S+ tokens, MHA \(KV total\) takes /);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });

  it.each([
    ['batch_size', '0'],
    ['emb_dim', 'x'],
    ['n_layers', ''],
    ['head_dim', '1.5'],
    ['latent_dim', '-1'],
    ['sliding_window_size', '0'],
    ['swa_ratio', '1:1'],
    ['recurrent_ratio', '0:0'],
    ['min_context', '0'],
    ['max_context', 'long'],
  ] as const)('names the field %s where it is %j', (field, value) => {
    expect(() => viewOf({ ...DEFAULT_STATE, [field]: value }, LOOK)).toThrow(new RegExp(`^${field} `));
  });

  it('draws in the colours of the page', () => {
    expect(viewOf(DEFAULT_STATE, { ...LOOK, theme: 'dark' }).figure.layout.paper_bgcolor).not.toBe(
      viewOf(DEFAULT_STATE, LOOK).figure.layout.paper_bgcolor,
    );
  });

  it('warns of what was rounded, once', () => {
    expect(viewOf(DEFAULT_STATE, LOOK).warnings).toEqual([
      'emb_dim 2048 is not divisible by n_heads 24; head_dim is rounded up to 86.',
    ]);
  });
});
