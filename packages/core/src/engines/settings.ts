import type { SettingValues } from '../deployment/deployment.js';
import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';
import { nearest } from '../text/nearest.js';
import { parseInteger } from '../text/numbers.js';

/** A knob of an engine, under the engine's own flag name. One list of them serves types, checks, help and forms. */
export interface EngineSetting {
  /** Its name in code: `ubatchSize`. */
  readonly key: string;
  /** The engine's own flag, `--ubatch-size`, or where it has none its parameter's name. */
  readonly flag: string;
  /** A positive integer, a number from 0 on, a fraction above 0 and at most 1, true or false, a text, or one of a list of words. */
  readonly type: 'integer' | 'number' | 'fraction' | 'boolean' | 'text' | readonly string[];
  /** Says of a text whether it makes sense, by an InputError; a list of words is then only what to offer. */
  readonly check?: (text: string) => void;
  /** One line for people: what it is, its unit, what it is where it is not set. */
  readonly description: string;
}

/** The values of settings, any of them absent: `{ readonly ubatchSize?: number, ... }`. */
export type SettingsOf<Settings extends readonly EngineSetting[]> = {
  readonly [Setting in Settings[number] as Setting['key']]?: Setting['type'] extends 'boolean'
    ? boolean
    : Setting extends { readonly check: unknown } | { readonly type: 'text' }
      ? string
      : Setting['type'] extends readonly (infer Word)[]
        ? Word
        : number;
};

/**
 * The values, if each belongs to a setting and makes sense for it.
 *
 * @throws InputError naming the setting that the engine does not have, or whose value it cannot be.
 */
export function checkSettings<const Settings extends readonly EngineSetting[]>(
  engineName: string,
  settings: Settings,
  values: SettingValues,
): SettingsOf<Settings> {
  for (const [key, value] of Object.entries(values)) {
    const setting = settings.find((known) => known.key === key);
    if (setting === undefined) {
      throw unknownSetting(engineName, settings, key);
    }
    checkValue(setting, value);
  }
  return values as SettingsOf<Settings>;
}

/**
 * The value that a text means for a setting; whether it makes sense there, `checkSettings` says.
 *
 * @throws InputError for an integer that is none, or for something that is neither on nor off.
 */
export function parseSetting({ flag, type }: EngineSetting, text: string): number | boolean | string {
  switch (type) {
    case 'integer':
      return parseInteger(text, flag);
    case 'number':
    case 'fraction':
      return /^(\d+|\d*\.\d+)$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (text !== 'on' && text !== 'off') {
        throw new InputError(`${flag} is "${text}"; it must be on or off.`);
      }
      return text === 'on';
    default:
      return text;
  }
}

function unknownSetting(engineName: string, settings: readonly EngineSetting[], key: string): InputError {
  if (settings.length === 0) {
    return new InputError(`The engine ${engineName} has no settings, so "${key}" means nothing to it.`);
  }
  const keys = settings.map((setting) => setting.key);
  const guess = nearest(key, keys);
  return new InputError(
    `The engine ${engineName} has no setting "${key}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${keys.join(', ')}.`,
  );
}

function checkValue({ flag, type, check }: EngineSetting, value: number | boolean | string): void {
  if (type === 'integer' && typeof value === 'number') {
    checkInteger(value, flag);
    return;
  }
  if (check !== undefined && typeof value === 'string') {
    check(value);
    return;
  }
  if (!belongs(type, value)) {
    const isWord = typeof type !== 'string' && /[a-z]/i.test(String(value));
    const guess = isWord ? nearest(String(value), type) : undefined;
    throw new InputError(
      `${flag} is ${JSON.stringify(value)}; it must be ${kindOf(type)}${guess === undefined ? '' : ` (did you mean ${guess}?)`}.`,
    );
  }
}

function belongs(type: EngineSetting['type'], value: number | boolean | string): boolean {
  switch (type) {
    case 'integer':
      return false;
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && value >= 0 && Number.isFinite(value);
    case 'fraction':
      return typeof value === 'number' && value > 0 && value <= 1;
    case 'text':
      return typeof value === 'string';
    default:
      return typeof value === 'string' && type.includes(value);
  }
}

function kindOf(type: EngineSetting['type']): string {
  switch (type) {
    case 'integer':
      return 'a positive integer';
    case 'number':
      return 'a number from 0 on';
    case 'fraction':
      return 'a number above 0 and at most 1';
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'a text';
    default:
      return `one of ${type.join(', ')}`;
  }
}
