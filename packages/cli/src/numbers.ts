import { InputError, parseInteger, parseTokens } from '@kv/core';

/** A flag's value as a positive integer; undefined where the flag was not given. */
export function optionalInteger(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : parseInteger(text, flag);
}

/** A flag's value as a number of tokens. */
export function tokens(text: string, flag: string): number {
  try {
    return parseTokens(text);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${flag}: ${error.message}`) : error;
  }
}
