import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHOICES,
  DEFAULT_STATE,
  FIELDS,
  type Field,
  formatState,
  parseState,
  type State,
} from '../src/state.js';

const state = fc.record(
  Object.fromEntries(
    FIELDS.map((field) => {
      const choices: Partial<Record<Field, readonly string[]>> = CHOICES;
      const words = choices[field];
      const text = words === undefined ? fc.string({ unit: 'grapheme' }) : fc.constantFrom(...words);
      return [field, fc.oneof(fc.constant(DEFAULT_STATE[field]), text)];
    }),
  ),
  { noNullPrototype: true },
) as fc.Arbitrary<State>;

describe('the state in the address', () => {
  it('reads back as it was written, whatever was typed', () => {
    fc.assert(
      fc.property(state, (typed) => {
        expect(parseState(formatState(typed))).toEqual({ state: typed, problems: [] });
      }),
    );
  });

  it('is empty for the page as it opens', () => {
    expect(formatState(DEFAULT_STATE)).toBe('');
    expect(parseState('')).toEqual({ state: DEFAULT_STATE, problems: [] });
  });

  it('is a valid state whatever the address holds', () => {
    const pair = fc.tuple(fc.oneof(fc.constantFrom(...FIELDS, 'v', '__proto__'), fc.string()), fc.string());
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pair).map((pairs) => `?${new URLSearchParams(pairs)}`),
        ),
        (query) => {
          const parsed = parseState(query);
          expect(Object.keys(parsed.state)).toEqual(FIELDS);
          for (const [field, words] of Object.entries(CHOICES)) {
            expect(words).toContain(parsed.state[field as Field]);
          }
        },
      ),
    );
  });

  it('names what it does not understand', () => {
    expect(parseState('?v=1&bogus=1&theme=blue&n_layers=2')).toEqual({
      state: { ...DEFAULT_STATE, n_layers: '2' },
      problems: [
        'The link\'s "bogus" is not known and was left out.',
        'The link\'s theme is "blue"; it must be one of auto, light, dark.',
      ],
    });
    expect(parseState('?v=9&n_layers=2')).toEqual({
      state: DEFAULT_STATE,
      problems: ['This link is of version "9"; this page reads version 1.'],
    });
  });
});
