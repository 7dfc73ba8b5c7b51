import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remember } from '../../src/model/remember.js';

describe('a function that remembers', () => {
  it('answers as the function does, asking it once for each key', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(5), { nil: undefined })), (keys) => {
        const asked: unknown[] = [];
        const double = (key: number | undefined) => {
          asked.push(key);
          return key === undefined ? undefined : 2 * key;
        };
        expect(keys.map(remember(double))).toEqual(
          keys.map((key) => (key === undefined ? undefined : 2 * key)),
        );
        expect(asked).toEqual([...new Set(keys)]);
      }),
    );
  });
});
