import { checkInteger, InputError, parseTokens } from '@kv/core';

/** A flag's value as a positive integer; undefined where the flag was not given. */
export function optionalInteger(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : integer(text, flag);
}

/** A flag's value as a positive integer. */
export function integer(text: string, flag: string): number {
  if (!/^\d+$/.test(text.trim())) {
    throw new InputError(`${flag} is "${text}"; it must be a positive integer.`);
  }
  return checkInteger(Number(text), flag);
}

/** A flag's value as a list of positive integers separated by commas. */
export function integerList(text: string, flag: string): readonly number[] {
  return text.split(',').map((item) => integer(item, flag));
}

/** A flag's value as a number of tokens. */
export function tokens(text: string, flag: string): number {
  try {
    return parseTokens(text);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${flag}: ${error.message}`) : error;
  }
}
