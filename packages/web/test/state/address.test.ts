import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/state/address.js';
import { CHOICES, DEFAULT_STATE, DEFAULT_USE, MAX_ROWS, SEED_DESIGN } from '../../src/state/state.js';
import { state } from '../arbitraries.js';

describe('the state in the address', () => {
  it('reads back as it was written, whatever was typed', () => {
    fc.assert(
      fc.property(state, (any) => {
        expect(parseAddress(formatAddress(any))).toEqual({ state: any, problems: [] });
      }),
    );
  });

  it('is empty for the page as it opens', () => {
    expect(formatAddress(DEFAULT_STATE)).toBe('');
    expect(parseAddress('')).toEqual({ state: DEFAULT_STATE, problems: [] });
  });

  it('can be read by a person', () => {
    const settings = { 'block-size': '32', 'enable-prefix-caching': 'off' };
    const rows = [
      { ...DEFAULT_USE, kind: 'model', model: 'openai/gpt-oss-20b', engine: 'vllm', settings },
      { ...SEED_DESIGN, keyDtype: 'q8_0', valueDtype: 'q4_0' },
    ] as const;
    expect(formatAddress({ ...DEFAULT_STATE, rows, chart: 'batch', context: '64k' })).toBe(
      '?v=2&model=openai/gpt-oss-20b;engine=vllm;block-size=32;enable-prefix-caching=off' +
        '&design=emb-dim=2048;n-heads=24;n-layers=48;n-kv-groups=4,8,12,24;key-dtype=q8_0;value-dtype=q4_0' +
        '&chart=batch&context=64k',
    );
  });

  it('reads settings that links have under a name of before', () => {
    const { state, problems } = parseAddress('?v=2&model=a/b;engine=llama.cpp;n-batch=1024');
    expect(state.rows[0]?.settings).toEqual({ 'batch-size': '1024' });
    expect(problems).toEqual([]);
  });

  it('leaves out what was dropped onto the page', () => {
    const local = { ...DEFAULT_USE, kind: 'model', model: 'file:secret.json' } as const;
    expect(formatAddress({ ...DEFAULT_STATE, rows: [local] })).not.toContain('secret');
    expect(formatAddress({ ...DEFAULT_STATE, rows: [...DEFAULT_STATE.rows, local] })).toBe('');
  });

  it('is a valid state whatever the address holds', () => {
    const key = fc.oneof(
      fc.constantFrom('v', 'model', 'design', 'chart', 'context', 'gpu', '__proto__', 'constructor'),
      fc.string(),
    );
    const value = fc.oneof(fc.string(), fc.constantFrom('2', '1', 'a;engine=vllm;x', ';;=;', '%', 'fit'));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.tuple(key, value)).map((pairs) => `?${new URLSearchParams(pairs)}`),
        ),
        (query) => {
          const parsed = parseAddress(query).state;
          expect(Object.keys(parsed).sort()).toEqual(Object.keys(DEFAULT_STATE).sort());
          expect(parsed.rows.length).toBeGreaterThan(0);
          expect(parsed.rows.length).toBeLessThanOrEqual(MAX_ROWS);
          for (const [field, words] of Object.entries(CHOICES)) {
            expect(words).toContain(parsed[field as keyof typeof CHOICES]);
          }
        },
      ),
    );
  });

  it('names what it does not understand', () => {
    expect(parseAddress('?v=2&bogus=1&theme=blue&model=a;swa-full=on;engine=vllm&context=4k')).toMatchObject({
      state: { rows: [{ kind: 'model', model: 'a', engine: 'vllm', settings: {} }], context: '4k' },
      problems: [
        'The link\'s "bogus" is not known and was left out.',
        'The link\'s theme is "blue"; it must be one of auto, light, dark.',
        'The link\'s "swa-full" is not known and was left out.',
      ],
    });
    expect(parseAddress('?v=9&context=4k')).toEqual({
      state: DEFAULT_STATE,
      problems: ['This link is of version "9"; this page reads versions 1 and 2.'],
    });
    expect(parseAddress(`?v=2${'&model=a'.repeat(9)}`).problems).toEqual([
      'The link compares 9 rows; the first 8 are shown.',
    ]);
  });
});
