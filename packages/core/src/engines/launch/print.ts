import type { Deployment, ModelRef } from '../../deployment/deployment.js';
import type { DtypeName } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';
import { type FlagTable, keyOf, type TableFlag } from './flag-table.js';
import { shown } from './given.js';
import type { MemoryFlags } from './memory-flags.js';
import { modelRef } from './model-ref.js';

/** The words of a command and what stands in front of it. */
export interface PrintedLaunch {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The flags that say the settings: one that is off has no flag where only switching it on has one, for off is what it is
 * then.
 *
 * @throws InputError for a setting that no flag says.
 */
export function settingFlags(
  settings: Deployment['engine']['settings'],
  engine: string,
  table: FlagTable,
  memory: MemoryFlags,
): readonly string[] {
  const byKey = new Map([...memory.keys()].map((name) => [keyOf(name), name]));
  return Object.entries(settings).flatMap(([key, value]) => {
    const name = byKey.get(key);
    const flag = name === undefined ? undefined : table.byName.get(name)?.flag;
    if (name === undefined || flag === undefined) {
      throw new InputError(`No flag of ${engine} says the setting ${key}.`);
    }
    return typeof value === 'boolean' ? switched(name, flag, value) : [name, ...textsOf(flag, value)];
  });
}

function switched(name: string, flag: TableFlag, value: boolean): readonly string[] {
  if (value) {
    return flag.kind === 'toggle' ? [name, 'on'] : [name];
  }
  if (flag.kind === 'switch') {
    return [name.replace(/^--/, '--no-')];
  }
  const negation = flag.negations.find((one) => one.startsWith('--'));
  return negation === undefined ? [] : [negation];
}

function textsOf({ kind }: TableFlag, value: number | string): readonly string[] {
  return kind === 'list' ? String(value).split(' ') : [String(value)];
}

/** A flag with its value, where there is one. */
export function flagged(name: string, value: number | string | undefined): readonly string[] {
  return value === undefined ? [] : [name, String(value)];
}

/**
 * The word that names a model, from which it is read again.
 *
 * @throws InputError for a model without a name: one of hand-given geometry, a file that was dropped.
 */
export function modelWord(ref: ModelRef, give: string): string {
  if ('design' in ref) {
    throw new InputError(
      `A command needs a model that it can name, and hand-given geometry has no name; give ${give}.`,
    );
  }
  const text = 'id' in ref ? ref.id : ref.unknown;
  const read = modelRef({ text }, give);
  const isReadAgain = 'id' in ref === 'id' in read && !text.startsWith('-');
  if (!isReadAgain || /^[[<{(]|^$/.test(text) || text === 'no model is named') {
    throw new InputError(
      `A command needs a model that it can name; ${shown(text)} is none, so give ${give}.`,
    );
  }
  return text;
}

/**
 * The one dtype of keys and values, by the engine's word for it.
 *
 * @throws InputError for two dtypes, and for one that the engine does not have.
 */
export function cacheDtypeWord(
  { keyDtype, valueDtype }: Deployment['load'],
  engine: string,
  wordOf: (dtype: DtypeName) => string | undefined,
): string | undefined {
  if (keyDtype === undefined && valueDtype === undefined) {
    return undefined;
  }
  const word = keyDtype === undefined || keyDtype !== valueDtype ? undefined : wordOf(keyDtype);
  if (word === undefined) {
    throw new InputError(
      `${engine} has one --kv-cache-dtype for keys and values, and none for ${keyDtype ?? 'no dtype'} and ${valueDtype ?? 'no dtype'}.`,
    );
  }
  return word;
}

/** The devices that a command is shown, where it is said only how many there are. */
export function deviceVariables({ devices }: Deployment): Readonly<Record<string, string>> {
  const [only] = devices;
  return devices.length === 1 && only?.count !== undefined && only.gpu === undefined
    ? { CUDA_VISIBLE_DEVICES: Array.from({ length: only.count }, (_, index) => index).join(',') }
    : {};
}

/** @throws InputError where devices are split in a way that no flag of the engine says. */
export function refuseSplits(
  { parallelism }: Deployment,
  engine: string,
  keys: readonly (keyof Deployment['parallelism'])[],
): void {
  for (const key of keys) {
    if ((parallelism[key] ?? 1) > 1) {
      throw new InputError(`No flag of ${engine} says ${key}, which is ${parallelism[key]}.`);
    }
  }
}
