import type { Deployment, ModelRef } from '../../deployment/deployment.js';
import { type DtypeName, parseDtype } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';
import type { LaunchWord } from './command.js';
import { type Json, jsonOf } from './dotted-json.js';
import { keyOf, type TableFlag } from './flag-table.js';
import { type Given, shown } from './given.js';
import { isInteger, type MemoryFlags } from './memory-flags.js';
import { modelRef } from './model-ref.js';
import { floatOf, humanInteger, type Suffixes } from './numbers.js';
import type { ReadWord } from './reading.js';
import { isSecretName, isSecretValue } from './secrets.js';

/** What an engine's flags mean, for `interpreted`. */
export interface FlagMeanings {
  readonly memory: MemoryFlags;
  /** Keys of the settings that the engine's rules count, and of those that are counted under another name. */
  readonly counted: ReadonlySet<string>;
  /** Suffixes of `human` integers. */
  readonly suffixes: Suffixes;
  /** Canonical names of flags of which each counts. */
  readonly repeated?: ReadonlySet<string>;
}

/** What flags say, before an engine adds its own rules. */
export interface Interpreted {
  model?: ModelRef;
  draft?: ModelRef;
  projector?: ModelRef;
  release?: string;
  readonly settings: Record<string, number | boolean | string>;
  readonly load: { -readonly [Key in keyof Deployment['load']]: Deployment['load'][Key] };
  readonly parallelism: {
    -readonly [Key in keyof Deployment['parallelism']]: Deployment['parallelism'][Key];
  };
  /** Flags that take JSON, as objects. */
  readonly json: Record<string, Json>;
  readonly words: ReadWord[];
  readonly missing: { what: string; give: string }[];
  readonly notes: string[];
}

export function nothingSaid(notes: readonly string[] = [], release?: string): Interpreted {
  const nothing = { settings: {}, load: {}, parallelism: {}, json: {}, words: [], missing: [] };
  return { ...nothing, notes: [...notes], ...(release === undefined ? {} : { release }) };
}

/**
 * What the flags of a command mean together: the last of each counts, except those that are repeated and keys of JSON.
 *
 * @throws InputError for a value that its flag cannot have, where the flag changes memory.
 */
export function interpreted(given: readonly Given[], meanings: FlagMeanings, into: Interpreted): void {
  const byFlag = new Map<TableFlag, Given[]>();
  for (const one of given) {
    into.words.push(readWord(one, meanings));
    if (one.flag !== undefined) {
      const all = byFlag.get(one.flag);
      if (all === undefined) {
        byFlag.set(one.flag, [one]);
      } else {
        all.push(one);
      }
    }
  }
  for (const [flag, all] of byFlag) {
    const name = flag.names.find((one) => meanings.memory.has(one));
    if (name === undefined) {
      continue;
    }
    try {
      mean(name, flag, all, meanings, into);
    } catch (error) {
      // What a removed flag took, a fork may take otherwise.
      if (!all.every(({ isRemoved }) => isRemoved === true)) {
        throw error;
      }
    }
  }
}

function readWord({ written, flag, values, note, isRemoved }: Given, meanings: FlagMeanings): ReadWord {
  const value = values.map(({ text }) => text).join(' ');
  const canonical = flag?.names[0];
  const isSecret = isSecretName(written) || isSecretName(canonical ?? '') || isSecretValue(value);
  const memoryName = flag?.names.find((name) => meanings.memory.has(name));
  const meaning = memoryName === undefined ? undefined : meanings.memory.get(memoryName);
  const isDtype = meaning === 'cacheDtype' || meaning === 'keyDtype' || meaning === 'valueDtype';
  const isCounted =
    meaning === 'setting'
      ? meanings.counted.has(keyOf(memoryName ?? ''))
      : !isDtype || value === 'auto' || dtypeNamed(value) !== undefined;
  const status =
    flag === undefined
      ? 'unknown'
      : isRemoved === true
        ? 'removed'
        : meaning === undefined
          ? 'no-matter'
          : isCounted
            ? 'modelled'
            : 'not-modelled';
  return {
    flag: written,
    ...(values.length === 0 || isSecret ? {} : { value }),
    ...(isSecret ? { secret: true as const } : {}),
    is: status,
    ...(canonical === undefined || canonical === written ? {} : { name: canonical }),
    ...(note === undefined ? {} : { note }),
  };
}

function mean(
  name: string,
  flag: TableFlag,
  all: readonly Given[],
  meanings: FlagMeanings,
  into: Interpreted,
): void {
  const last = all.at(-1) as Given;
  const key = keyOf(name);
  if (flag.kind === 'json') {
    meanJson(key, name, all, into);
    return;
  }
  if (flag.kind === 'none' || flag.kind === 'switch' || last.isNegated) {
    into.settings[key] = !last.isNegated;
    return;
  }
  if (meanings.repeated?.has(name) === true) {
    const texts = all.flatMap(({ values }) => values.map(({ text }) => text));
    into.settings[key] = texts.join(',');
    return;
  }
  const [value] = last.values;
  if (value === undefined) {
    into.settings[key] = flag.kind === 'toggle' ? 'on' : true;
    return;
  }
  const meaning = meanings.memory.get(name);
  if (meaning === 'model' || meaning === 'draft' || meaning === 'projector') {
    into[meaning] = modelRef(value, last.written);
    return;
  }
  const unknown = last.values.flatMap((word) => word.unknown ?? []);
  if (unknown.length > 0) {
    into.missing.push(asked(last.written, last.values));
    return;
  }
  const text = flag.kind === 'list' ? last.values.map((word) => word.text).join(' ') : value.text;
  const said = settingValue(text, flag, last.written, meanings.suffixes);
  switch (meaning) {
    case 'tensorParallel':
    case 'pipelineParallel':
    case 'dataParallel':
    case 'contextParallel':
      into.parallelism[meaning] = positive(said, last.written);
      return;
    case 'contextLength':
      if (typeof said === 'number' && said > 0) {
        into.load.contextLength = said;
      } else {
        into.settings[key] = said;
      }
      return;
    case 'cacheDtype':
    case 'keyDtype':
    case 'valueDtype':
      into.settings[key] = said;
      sayDtype(meaning, text, into);
      return;
    default:
      into.settings[key] = said;
  }
}

/** Words that no flag takes, of which a variable may hold any arguments. */
export function sayStrayWords(words: readonly LaunchWord[], said: Interpreted): void {
  for (const word of words) {
    said.words.push(strayWord(word));
    if (word.unknown !== undefined) {
      said.missing.push({ ...asked('an argument', [word]), give: 'the arguments that it stands for' });
    }
  }
}

/** `--config FILE` of servers in Python: files are not read. */
export function sayConfigFile(given: readonly Given[], said: Interpreted): void {
  if (given.some(({ flag }) => flag?.names[0] === '--config')) {
    said.missing.push({ what: 'The file of --config is not read.', give: 'the flags that stand in it' });
  }
}

/** A word that no flag takes. */
export function strayWord({ text }: LaunchWord): ReadWord {
  return isSecretValue(text)
    ? { flag: 'a word that is secret', secret: true, is: 'unknown' }
    : { flag: text, is: 'unknown', note: `Nothing takes the word ${shown(text)}.` };
}

/** A flag whose value a variable would give. */
export function asked(written: string, values: readonly LaunchWord[]): { what: string; give: string } {
  const text = values.map((word) => word.text).join(' ');
  const hidden = isSecretName(written) || isSecretValue(text);
  return {
    what: `${written} is ${hidden ? 'a variable' : shown(text)}, which the command does not say.`,
    give: written,
  };
}

function meanJson(key: string, name: string, all: readonly Given[], into: Interpreted): void {
  const { value, unknown } = jsonOf(all);
  if (unknown.length > 0) {
    into.missing.push({
      what: `${name} has ${unknown.join(', ')} in it, which the command does not say.`,
      give: name,
    });
  }
  if (value !== undefined) {
    into.json[key] = value;
    into.settings[key] = JSON.stringify(value);
  }
}

function settingValue(
  text: string,
  { kind }: TableFlag,
  written: string,
  suffixes: Suffixes,
): number | string {
  if (kind === 'human-auto' && /^(auto|-1)$/i.test(text.trim())) {
    return -1;
  }
  if (isInteger(kind)) {
    return humanInteger(text, written, kind === 'int' ? {} : suffixes);
  }
  if (kind === 'toggle') {
    return toggleOf(text, written);
  }
  return kind === 'float' ? floatOf(text, written) : text;
}

/** `is_truthy`, `is_falsey` and `is_autoy` of llama.cpp b11434, `common/arg.cpp`. */
function toggleOf(text: string, written: string): string {
  for (const [word, texts] of Object.entries({
    on: ['on', 'enabled', 'true', '1'],
    off: ['off', 'disabled', 'false', '0'],
    auto: ['auto', '-1'],
  })) {
    if (texts.includes(text)) {
      return word;
    }
  }
  throw new InputError(`${written} is "${shown(text)}"; it must be on, off or auto.`);
}

function positive(value: number | string, written: string): number {
  if (typeof value !== 'number' || value < 1) {
    throw new InputError(`${written} is ${JSON.stringify(value)}; it must be a positive integer.`);
  }
  return value;
}

/** A format of the cache that this library knows by a name of its own; others stay settings. */
function sayDtype(meaning: 'cacheDtype' | 'keyDtype' | 'valueDtype', text: string, into: Interpreted): void {
  const dtype = dtypeNamed(text);
  if (dtype === undefined) {
    return;
  }
  if (meaning !== 'valueDtype') {
    into.load.keyDtype = dtype;
  }
  if (meaning !== 'keyDtype') {
    into.load.valueDtype = dtype;
  }
}

function dtypeNamed(text: string): DtypeName | undefined {
  try {
    return parseDtype(text);
  } catch {
    return undefined;
  }
}
