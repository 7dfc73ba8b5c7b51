import { InputError } from './errors.js';
import { checkInteger } from './exact.js';

const TOKEN_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2 };

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * A number of tokens such as `4096`, `128,000`, `1e6`, `32k` (32 x 1024) or `1M` (1024 x 1024).
 *
 * @param name what the text was given for, for the message: a flag, a field.
 * @throws InputError for anything that is not a positive whole number of tokens.
 */
export function parseTokens(text: string, name = 'the number of tokens'): number {
  const tokens = parseQuantity(text, name, TOKEN_UNITS, 'a number of tokens such as 4096, 32k or 1M');
  return checkInteger(tokens, name);
}

/**
 * A number of bytes such as `80GB` (80 x 10^9), `24GiB` (24 x 2^30) or `1024B`. A fraction of a byte is rounded: engines
 * print sizes to two decimals.
 *
 * @param name what the text was given for, for the message: a flag, a field.
 * @throws InputError for anything that is no positive size, and for a number without a unit: `80` may be GB or GiB.
 */
export function parseBytes(text: string, name = 'the memory size'): number {
  const bytes = parseQuantity(text, name, BYTE_UNITS, 'a memory size with its unit, such as 80GB or 24GiB');
  return checkInteger(Math.round(bytes), name);
}

/** `131_072`, `128,000`, `1.5`, `1e6`, each with letters behind it or none. */
const NUMBER_WITH_UNIT = /^(\d+(?:_\d+)*(?:\.\d+)?(?:e\d{1,2})?|\d{1,3}(?:,\d{3})+)\s*([a-z]*)$/i;

function parseQuantity(
  text: string,
  name: string,
  units: Readonly<Record<string, number>>,
  expected: string,
): number {
  const [, number, letters = ''] = NUMBER_WITH_UNIT.exec(text.trim()) ?? [];
  const unit = letters.toLowerCase();
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (number === undefined || factor === undefined) {
    throw new InputError(`${name} is "${text}"; it must be ${expected}.`);
  }
  return Number(number.replace(/[_,]/g, '')) * factor;
}

/** Decimal units (GB, 10^9) or binary ones (GiB, 2^30). */
export type ByteUnits = 'decimal' | 'binary';

const SCALES: Readonly<Record<ByteUnits, { readonly step: number; readonly names: readonly string[] }>> = {
  decimal: { step: 1000, names: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] },
  binary: { step: 1024, names: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] },
};

/** Bytes for a reader, rounded to three or more significant digits: `16.0 GiB`. */
export function formatBytes(bytes: number, units: ByteUnits = 'binary'): string {
  const { step, names } = SCALES[units];
  let value = bytes;
  let unit = 0;
  while (Math.abs(Number(value.toPrecision(4))) >= step && unit < names.length - 1) {
    value /= step;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${names[unit]}`;
}

/** Bytes as `parseBytes` reads them back, in the largest unit that they are whole in. */
export function writtenBytes(bytes: number): string {
  const unit = (
    [
      ['GiB', 2 ** 30],
      ['MiB', 2 ** 20],
    ] as const
  ).find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit === undefined ? `${bytes}B` : `${bytes / unit[1]}${unit[0]}`;
}

/** Tokens for a reader: `128k` where it is a whole number of 1024s, else the plain number. */
export function formatTokens(tokens: number): string {
  if (tokens >= 1024 ** 2 && tokens % 1024 ** 2 === 0) {
    return `${tokens / 1024 ** 2}M`;
  }
  return tokens >= 1024 && tokens % 1024 === 0 ? `${tokens / 1024}k` : `${tokens}`;
}

/** Seconds for a reader, to three significant digits: `13.6 ms`. */
export function formatSeconds(seconds: number): string {
  const [value, unit] =
    seconds >= 1 ? [seconds, 's'] : seconds >= 1e-3 ? [seconds * 1e3, 'ms'] : [seconds * 1e6, 'µs'];
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}
