import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceilDiv, checkExactBytes, checkInteger, fixedHalfEven, roundUp } from '../../src/text/exact.js';

describe('checkInteger', () => {
  it('accepts every safe integer from the minimum on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(checkInteger(value, 'size')).toBe(value);
      }),
    );
  });

  it.each([0, -1, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 53, 1e300])('refuses %d by name', (value) => {
    expect(() => checkInteger(value, 'size')).toThrow(
      `size is ${value}; it must be a positive integer below 2^53.`,
    );
  });

  it('accepts zero only where the minimum says so', () => {
    expect(checkInteger(0, 'size', 0)).toBe(0);
    expect(() => checkInteger(-1, 'size', 0)).toThrow('an integer of at least 0');
  });
});

describe('checkExactBytes', () => {
  it('accepts the last exact integer and refuses the next', () => {
    expect(checkExactBytes(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => checkExactBytes(Number.MAX_SAFE_INTEGER + 1)).toThrow('2^53 - 1 bytes');
  });
});

describe('rounding up', () => {
  it('gives the least multiple that holds the count', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 1e5 }), (count, multiple) => {
        const rounded = roundUp(count, multiple);
        expect(rounded % multiple).toBe(0);
        expect(rounded).toBeGreaterThanOrEqual(count);
        expect(rounded - count).toBeLessThan(multiple);
        expect(ceilDiv(count, multiple) * multiple).toBe(rounded);
      }),
    );
  });
});

describe('digits as Python prints them', () => {
  it.each([
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [-0.125, 2, '-0.12'],
    [1.005, 2, '1.00'],
    [0.8125, 3, '0.812'],
    [0.9375, 3, '0.938'],
    [2.5, 0, '2'],
  ])('%d with %i is %s', (value, digits, text) => {
    expect(fixedHalfEven(value, digits)).toBe(text);
  });

  it('are within half a digit of the number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(4), (value, digits) => {
        expect(Math.abs(Number(fixedHalfEven(value, digits)) - value)).toBeLessThanOrEqual(
          10 ** -digits / 2 + 1e-9,
        );
      }),
    );
  });
});
