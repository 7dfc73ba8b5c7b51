import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { releasesOf } from '../../src/engines/releases.js';
import { SGLANG_RELEASES } from '../../src/engines/sglang/releases.js';
import { TRANSFORMERS_RELEASES } from '../../src/engines/transformers/releases.js';
import { VLLM_RELEASES } from '../../src/engines/vllm/releases.js';
import { InputError } from '../../src/text/errors.js';

interface Facts {
  readonly blockSize: number;
  readonly nullBlockCounts: boolean;
}

const RELEASES = releasesOf<Facts>(
  { engine: 'paged', lineLength: 2, names: ['0.21', '0.20.10', '0.20.2', '0.20', '0.9'] },
  [
    { release: '0.21', known: 'run', facts: {} },
    { release: '0.20.10', known: 'read', facts: { blockSize: 64 } },
    { release: '0.20.2', known: 'read', facts: { nullBlockCounts: true } },
    { release: '0.20', known: 'read', facts: { blockSize: 32 } },
    { release: '0.9', known: 'read', facts: { blockSize: 16, nullBlockCounts: false } },
  ],
);

describe('releases', () => {
  it.each([
    [undefined, '0.21'],
    ['0.21', '0.21'],
    ['0.21.7', '0.21'],
    ['v0.20.11', '0.20.10'],
    ['0.20.9', '0.20.2'],
    ['0.20.2rc1.dev91+g1234', '0.20.2'],
    ['0.20.2.post1', '0.20.2'],
    ['0.20.1.1', '0.20'],
    ['0.20.0', '0.20'],
    ['0.20', '0.20'],
    ['0.9.2', '0.9'],
  ])('%s goes by %s', (version, release) => {
    expect(RELEASES.named(version).release).toBe(release);
  });

  it.each(['0.22', '0.10', '1', '', 'newest', '0', 'constructor'])('%j is refused by name', (version) => {
    expect(() => RELEASES.named(version)).toThrow(InputError);
    expect(() => RELEASES.factsOf(version)).toThrow(`No release "${version}" of paged is known here`);
  });

  it('keep what they did not change', () => {
    expect(RELEASES.factsOf()).toEqual({ blockSize: 64, nullBlockCounts: true });
    expect(RELEASES.factsOf('0.20.3')).toEqual({ blockSize: 32, nullBlockCounts: true });
    expect(RELEASES.factsOf('0.20.1')).toEqual({ blockSize: 32, nullBlockCounts: false });
    expect(RELEASES.upTo('0.20.5').map(({ release }) => release)).toEqual(['0.9', '0.20', '0.20.2']);
  });

  it('say since when something holds', () => {
    expect(RELEASES.since(({ nullBlockCounts }) => nullBlockCounts)).toBe('0.20.2');
    expect(RELEASES.since(({ blockSize }) => blockSize > 0)).toBeUndefined();
    expect(RELEASES.since(({ blockSize }) => blockSize < 0)).toBeUndefined();
  });

  it('are those of the newest record that is not newer, for any patch', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30), { minLength: 1 }), fc.nat(40), (patches, patch) => {
        const newestFirst = [...patches]
          .sort((a, b) => b - a)
          .map((one) => ({ ...RECORD, release: `1.0.${one}` }));
        const [first = RECORD, ...rest] = newestFirst.toReversed();
        const names = newestFirst.map(({ release }) => release);
        const releases = releasesOf<{ on: boolean }>({ engine: 'paged', lineLength: 2, names }, [
          ...rest.toReversed(),
          { ...first, facts: { on: true } },
        ]);
        const expected = Math.max(...patches.filter((one) => one <= patch));
        if (expected === -Infinity) {
          expect(() => releases.named(`1.0.${patch}`)).toThrow(InputError);
        } else {
          expect(releases.named(`1.0.${patch}`).release).toBe(`1.0.${expected}`);
        }
      }),
    );
  });
});

describe.each([
  ['vLLM', VLLM_RELEASES],
  ['SGLang', SGLANG_RELEASES],
  ['transformers', TRANSFORMERS_RELEASES],
])('releases of %s', (_engine, { names, named }) => {
  it('are listed once each by name, in the order of their records, newest first', () => {
    expect(names.map((name) => named(name).release)).toEqual(names);
    expect(names).toEqual([...names].sort((one, other) => other.localeCompare(one, 'en', { numeric: true })));
  });
});

const RECORD = { release: '1.0', known: 'read', facts: {} } as const;
