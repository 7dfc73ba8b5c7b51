import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatSeconds, formatTokens, parseBytes, parseTokens } from '../../src/text/units.js';

describe('tokens as text', () => {
  it.each([
    ['1', 1],
    ['4096', 4096],
    ['32k', 32_768],
    ['128K', 131_072],
    ['1M', 1_048_576],
    ['1.5k', 1536],
    ['131_072', 131_072],
    [' 8k ', 8192],
    ['1e6', 1_000_000],
    ['128,000', 128_000],
  ])('%s is %i', (text, tokens) => {
    expect(parseTokens(text)).toBe(tokens);
  });

  it.each([
    '',
    '0',
    '-1',
    '1.0001k',
    '0.3',
    'k',
    '32kb',
    '1e300',
    'NaN',
    'Infinity',
    '0x10',
    '1,00',
    ',000',
    '99999999999999999',
    '1__0',
    '٣',
  ])('refuses %j', (text) => {
    expect(() => parseTokens(text, 'max_context')).toThrow(/^max_context is /);
  });

  it('read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (tokens) => {
        expect(parseTokens(formatTokens(tokens))).toBe(tokens);
      }),
    );
  });
});

describe('bytes as text', () => {
  it.each([
    ['80GB', 80e9],
    ['80 gb', 80e9],
    ['24GiB', 24 * 2 ** 30],
    ['1024B', 1024],
    ['79.18GiB', 85_018_877_624],
    ['1.5 TiB', 1.5 * 2 ** 40],
    ['512MiB', 2 ** 29],
  ])('%s is %i', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['80GBit', '0GB', '-1GB', '0.2B', 'GB', '80', '9e9'])('refuses %j', (text) => {
    expect(() => parseBytes(text, '--memory')).toThrow(/^--memory is /);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [16 * 2 ** 30, '16.0 GiB'],
    [2 ** 30 - 1, '1.00 GiB'],
    [1023.4 * 2 ** 20, '1023 MiB'],
    [1023.9 * 2 ** 20, '1.00 GiB'],
    [5.3 * 2 ** 50, '5.30 PiB'],
  ])('%d is shown as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('are shown in decimal units where asked', () => {
    expect(formatBytes(51_942_260_736, 'decimal')).toBe('51.9 GB');
    expect(formatBytes(999_999_999, 'decimal')).toBe('1.00 GB');
  });

  it('are shown within a hundredth of their size', () => {
    const units: Readonly<Record<string, number>> = { B: 0, KiB: 1, MiB: 2, GiB: 3, TiB: 4, PiB: 5 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const [number = '', unit = ''] = formatBytes(bytes).split(' ');
        const shown = Number(number) * 1024 ** (units[unit] ?? Number.NaN);
        expect(Math.abs(shown / bytes - 1)).toBeLessThan(0.01);
      }),
    );
  });
});

describe('a duration for a reader', () => {
  it.each([
    [12.34, '12.3 s'],
    [0.009_608, '9.61 ms'],
    [0.25, '250 ms'],
    [4.2e-5, '42.0 µs'],
  ])('of %d seconds is %j', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});
