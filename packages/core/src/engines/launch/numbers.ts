import { InputError } from '../../text/errors.js';
import { shown } from './given.js';

/** How an engine writes large integers: a factor by suffix; binary ones take no decimals. */
export type Suffixes = Readonly<Record<string, number>>;

/**
 * vLLM's `32k` is 32,000 and `32K` 32,768.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/utils/argparse_utils.py` (`human_readable_int`).
 */
export const VLLM_HUMAN: Suffixes = {
  ...{ k: 1e3, m: 1e6, g: 1e9, t: 1e12 },
  ...{ K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 },
};

/**
 * SGLang's `32k` is 32,000 and `32Ki` 32,768.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/utils/common.py` (`human_readable_int`).
 */
export const SGLANG_HUMAN: Suffixes = {
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/**
 * The integer that a text means, with one of the suffixes or none.
 *
 * @throws InputError naming the flag, for anything else and for integers that are not exact.
 */
export function humanInteger(text: string, flag: string, suffixes: Suffixes): number {
  const match = /^([+-]?\d+(?:\.\d+)?)([a-zA-Z]{0,2})$/.exec(text.trim());
  const [, digits = '', suffix = ''] = match ?? [];
  const factor = suffix === '' ? 1 : Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  const isBinary = factor !== undefined && factor % 10 !== 0;
  if (match === null || factor === undefined || (digits.includes('.') && (suffix === '' || isBinary))) {
    const known = Object.keys(suffixes);
    throw new InputError(
      `${flag} is "${shown(text)}"; it must be an integer${known.length === 0 ? '' : `, which may end in ${known.join(', ')}`}.`,
    );
  }
  const value = Math.trunc(Number(digits) * factor);
  if (!Number.isSafeInteger(value)) {
    throw new InputError(`${flag} is "${shown(text)}", which is too large to be counted exactly.`);
  }
  return value;
}

/** @throws InputError for anything but a finite number. */
export function floatOf(text: string, flag: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) {
    throw new InputError(`${flag} is "${shown(text)}"; it must be a number such as 0.9.`);
  }
  return Number(text);
}
