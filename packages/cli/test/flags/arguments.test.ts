import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeArguments } from '../../src/flags/arguments.js';

describe('arguments', () => {
  it.each([
    [
      ['--emb_dim', '64'],
      ['--emb-dim', '64'],
    ],
    [['--emb_dim=64'], ['--emb-dim=64']],
    [
      ['--batch_size', '2', '--context-length=4k'],
      ['--sequences', '2', '--context=4k'],
    ],
    [
      ['--dtype', 'q8_0'],
      ['--kv-dtype', 'q8_0'],
    ],
    [
      ['--max-model-len', '8k', '--tensor-parallel-size', '2'],
      ['--context', '8k', '--tp', '2'],
    ],
    [['--title=a_b'], ['--title=a_b']],
    [
      ['help', 'estimate'],
      ['estimate', '--help'],
    ],
    [['help'], ['--help']],
  ])('%j mean %j', (typed, expected) => {
    expect(normalizeArguments(typed)).toEqual(expected);
  });

  it.each([
    [['--parallel', '4', '--batch-size=2048'], /--parallel and --batch-size .* --sequences; .*--n-batch/],
    [['--kv_dtype', 'q8_0', '--dtype', 'bf16'], /--kv-dtype and --dtype are spellings of one flag/],
  ])('%j are refused, since they are two spellings of one flag', (typed, message) => {
    expect(() => normalizeArguments(typed)).toThrow(message);
  });

  it.each([[['--out=a.svg', '--out', 'b.svg']], [['--batch-size', '2', '--batch_size', '3']]])(
    '%j may be repeated in one spelling',
    (typed) => {
      expect(normalizeArguments(typed)).toHaveLength(typed.length);
    },
  );

  it('are left alone where they are no long flags, and after --', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string().filter((text) => !text.startsWith('--') && text !== 'help')),
        (args) => {
          expect(normalizeArguments(args)).toEqual(args);
          expect(normalizeArguments(['--', '--emb_dim', ...args])).toEqual(['--', '--emb_dim', ...args]);
        },
      ),
    );
  });

  it('are not changed by being read twice', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.string().map((name) => `--${name}`),
          ),
        ),
        (args) => {
          const once = normalizeArguments(args);
          expect(normalizeArguments(once)).toEqual(once);
        },
      ),
    );
  });
});
