import { parseInteger } from '@kv/core';

/** A flag's value as a positive integer; undefined where the flag was not given. */
export function optionalInteger(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : parseInteger(text, flag);
}
