import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxContextOf } from '../../src/import/max-context.js';

const length = fc.integer({ min: 1, max: 10_000_000 });

describe('the longest context', () => {
  it('is the smallest that a config states', () => {
    fc.assert(
      fc.property(length, length, (one, other) => {
        expect(maxContextOf({ max_position_embeddings: one })).toBe(one);
        expect(maxContextOf({ max_position_embeddings: one, seq_length: other })).toBe(Math.min(one, other));
      }),
    );
  });

  it('is model_max_length where that is set', () => {
    fc.assert(
      fc.property(length, length, (one, other) => {
        expect(maxContextOf({ max_position_embeddings: one, model_max_length: other })).toBe(other);
      }),
    );
  });

  it.each(['max_seq_len', 'seq_length', 'max_target_positions'])('may be called %s', (name) => {
    expect(maxContextOf({ [name]: 2048 })).toBe(2048);
  });

  it('is unknown where a config states none', () => {
    expect(maxContextOf({ n_positions: 512, max_position_embeddings: null })).toBeUndefined();
  });
});
