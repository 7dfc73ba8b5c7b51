import { InputError } from '../text/errors.js';

/** A parsed JSON object whose fields are not trusted yet. */
export type Config = Readonly<Record<string, unknown>>;

/** The value as a JSON object. `where` names it in messages: `config.json`, `text_config`. */
export function asObject(value: unknown, where: string): Config {
  if (!isConfig(value)) {
    throw new InputError(`${where} is ${describe(value)}; it must be a JSON object.`);
  }
  return value;
}

/** Whether a value is a JSON object. */
export function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a field; undefined where it is absent or null, as Hugging Face writes "not set". */
export function field(config: Config, key: string): unknown {
  return Object.hasOwn(config, key) ? (config[key] ?? undefined) : undefined;
}

/** A field that must be an integer of at least `minimum`. */
export function integer(config: Config, key: string, minimum = 1): number {
  const value = optionalInteger(config, key, minimum);
  if (value === undefined) {
    throw new InputError(`The config has no "${key}"; it must be an integer of at least ${minimum}.`);
  }
  return value;
}

/** A field that is an integer of at least `minimum`, where it is set. */
export function optionalInteger(config: Config, key: string, minimum = 1): number | undefined {
  const value = field(config, key);
  if (value === undefined) {
    return undefined;
  }
  if (!Number.isSafeInteger(value) || (value as number) < minimum) {
    throw wrong(key, value, `an integer of at least ${minimum}`);
  }
  return value as number;
}

/**
 * A field that is a positive integer, or a list of some, of which the largest counts; undefined for anything else, so only
 * for what an answer can do without.
 */
export function sizeOf(config: Config, key: string): number | undefined {
  const value = field(config, key);
  const sizes = (Array.isArray(value) ? value : [value]).filter(
    (size): size is number => Number.isSafeInteger(size) && (size as number) > 0,
  );
  return sizes.length === 0 ? undefined : sizes.reduce((most, size) => Math.max(most, size));
}

/** A field that is true or false, where it is set. */
export function optionalBoolean(config: Config, key: string): boolean | undefined {
  const value = field(config, key);
  if (value !== undefined && typeof value !== 'boolean') {
    throw wrong(key, value, 'true or false');
  }
  return value;
}

/** A field that is a text, where it is set. */
export function optionalString(config: Config, key: string): string | undefined {
  const value = field(config, key);
  if (value !== undefined && typeof value !== 'string') {
    throw wrong(key, value, 'a text');
  }
  return value;
}

/** A field that is an object, where it is set. */
export function optionalObject(config: Config, key: string): Config | undefined {
  const value = field(config, key);
  return value === undefined ? undefined : asObject(value, `"${key}"`);
}

/** A field that is a list of texts, where it is set. */
export function optionalStrings(config: Config, key: string): readonly string[] | undefined {
  const value = field(config, key);
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw wrong(key, value, 'a list of texts');
  }
  return value;
}

/** The error for a field with a value that makes no sense. */
export function wrong(key: string, value: unknown, right: string): InputError {
  return new InputError(`The config's "${key}" is ${describe(value)}; it must be ${right}.`);
}

/** A value of any size and depth as a short text. */
export function describe(value: unknown): string {
  const text = value === undefined ? 'absent' : (JSON.stringify(pruned(value, 3)) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The value without what is too deep or too long to be shown, so that no input makes showing it costly. */
function pruned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.slice(0, 100);
  }
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) {
    return String(value);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth === 0) {
    return Array.isArray(value) ? [] : {};
  }
  return Array.isArray(value)
    ? value.slice(0, 20).map((item) => pruned(item, depth - 1))
    : Object.fromEntries(
        Object.entries(value)
          .slice(0, 20)
          .map(([key, item]) => [key.slice(0, 100), pruned(item, depth - 1)]),
      );
}
