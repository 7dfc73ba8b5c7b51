import { InputError } from './errors.js';
import { checkInteger } from './exact.js';

/**
 * The positive integer that a text means.
 *
 * @param name what the text was given for, for the message: a flag, a field.
 * @throws InputError for anything but digits.
 */
export function parseInteger(text: string, name: string): number {
  if (!/^\d+$/.test(text.trim())) {
    throw new InputError(`${name} is "${text}"; it must be a positive integer.`);
  }
  return checkInteger(Number(text), name);
}

/** The positive integers that a text means, separated by commas; an InputError where one of them is none. */
export function parseIntegers(text: string, name: string): readonly number[] {
  return text.split(',').map((item) => parseInteger(item, name));
}
