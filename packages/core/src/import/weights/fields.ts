import { type Config, field, integer, optionalBoolean } from '../fields.js';

/** A flag of the config; what its class has where it is absent. */
export function flag(config: Config, key: string, byDefault = false): boolean {
  return optionalBoolean(config, key) ?? byDefault;
}

/** The first of these fields that is set, as an integer; an InputError that names the first where none is. */
export function firstInteger(config: Config, keys: readonly [string, ...string[]], minimum = 1): number {
  const found = keys.find((key) => field(config, key) !== undefined);
  return integer(config, found ?? keys[0], minimum);
}
