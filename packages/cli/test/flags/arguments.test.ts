import { ENGINE_NAMES, engineSettings } from '@kv/core';
import { engineFlag } from '@kv/core/launch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FlagNames, normalizeArguments } from '../../src/flags/arguments.js';

const OWN = [
  '--context',
  '--sequences',
  '--kv-dtype',
  '--tp',
  '--title',
  '--out',
  '--engine',
  '-c',
  '-n',
  '-o',
];

const on = (...engines: string[]): FlagNames => ({
  engines,
  isOwn: (flag) => OWN.includes(flag),
  engineFlag,
});
const NONE: FlagNames = { engines: [], isOwn: () => false, engineFlag: () => undefined };

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
    expect(normalizeArguments(typed, on())).toEqual(expected);
  });

  it.each([
    [['--parallel', '4', '--batch-size=2048'], /--parallel and --batch-size are spellings of one flag/],
    [['--kv_dtype', 'q8_0', '--dtype', 'bf16'], /--kv-dtype and --dtype are spellings of one flag/],
  ])('%j are refused, since they are two spellings of one flag', (typed, message) => {
    expect(() => normalizeArguments(typed, on())).toThrow(message);
  });

  it.each([[['--out=a.svg', '--out', 'b.svg']], [['--batch-size', '2', '--batch_size', '3']]])(
    '%j may be repeated in one spelling',
    (typed) => {
      expect(normalizeArguments(typed, on())).toHaveLength(typed.length);
    },
  );

  it('are left alone where they are no flags, and where they are words to complete', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string().filter((text) => !text.startsWith('--') && text !== 'help')),
        (args) => {
          expect(normalizeArguments(args, NONE)).toEqual(args);
          const completed = ['complete', '--', '--emb_dim', ...args];
          expect(normalizeArguments(completed, NONE)).toEqual(completed);
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
          const once = normalizeArguments(args, NONE);
          expect(normalizeArguments(once, NONE)).toEqual(once);
        },
      ),
    );
  });

  it.each<[readonly string[], string, readonly string[]]>([
    [
      ['vllm'],
      '-tp 2 --max-model-len 8k --kv-cache-dtype=fp8',
      ['--tp', '2', '--context', '8k', '--kv-dtype=fp8'],
    ],
    [['sglang'], '--tp-size 2 --context-length 8k', ['--tp', '2', '--context', '8k']],
    [
      ['llama.cpp'],
      '-ctk q8_0 -ctv q8_0 -np 4',
      ['--key-dtype', 'q8_0', '--value-dtype', 'q8_0', '--sequences', '4'],
    ],
    [
      ['llama.cpp'],
      '-ub 256 -b 1024 -fa on',
      ['--ubatch-size', '256', '--batch-size', '1024', '--flash-attn', 'on'],
    ],
    [['llama.cpp'], '--batch-size 1024 --ctx-size 8k', ['--batch-size', '1024', '--ctx-size', '8k']],
    [['llama.cpp'], '-no-kvu', ['--no-kv-unified']],
    [['vllm'], '--batch-size 4 -c 8k', ['--sequences', '4', '-c', '8k']],
    [['ideal'], '--batch-size 4 --max-model-len 8k', ['--sequences', '4', '--context', '8k']],
    [['vllm', 'sglang'], '--tensor-parallel-size 2', ['--tp', '2']],
  ])('mean to %j what it means by them: %s', (engines, typed, expected) => {
    expect(normalizeArguments(typed.split(' '), on(...engines))).toEqual(expected);
  });

  it.each([
    [
      ['ideal', 'llama.cpp'],
      '--batch-size',
      /--batch-size means --sequences and --batch-size to the engines/,
    ],
    [['vllm'], '--dtype', /--dtype of vllm is not modelled here/],
    [['vllm'], '--served-model-name', /of vllm changes nothing that is counted here/],
  ])('of %j refuse %s in a sentence', (engines, flag, message) => {
    expect(() => normalizeArguments([flag, '4'], on(...engines))).toThrow(message);
  });

  it('keep every setting of an engine as its own flag', () => {
    for (const engine of ENGINE_NAMES) {
      for (const { flag } of engineSettings(engine)) {
        expect(normalizeArguments([flag, 'x'], on(engine))).toEqual([flag, 'x']);
      }
    }
  });
});
