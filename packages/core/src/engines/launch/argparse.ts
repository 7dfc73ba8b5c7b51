import { InputError } from '../../text/errors.js';
import type { LaunchWord } from './command.js';
import { type FlagTable, isThere, type TableFlag } from './flag-table.js';
import { type Given, type GivenWords, shown } from './given.js';

/** How an engine's parser differs from Python's argparse. */
export interface ArgparseRules {
  readonly table: FlagTable;
  /** The place of the command's release in the table. */
  readonly place: number;
  /** vLLM: `--tensor_parallel_size` is `--tensor-parallel-size`. */
  readonly areUnderscoresHyphens: boolean;
  /** vLLM: `--compilation-config.mode 3` is a key of that JSON. */
  readonly hasDottedKeys: boolean;
  /** The flag that an unknown one most likely means. */
  readonly guess: (written: string) => string | undefined;
}

interface Found {
  readonly flag: TableFlag;
  readonly isNegated: boolean;
}

/**
 * The flags of a command as argparse takes them: exact names, `--x=y`, prefixes that only one flag has, `-O3`, and
 * values up to the next word that looks like a flag.
 *
 * Source: CPython 3.12, `Lib/argparse.py` (`_parse_optional`, `_get_option_tuples`, `_match_argument`).
 *
 * @throws InputError for a prefix that several flags have, and for a flag without its value.
 */
export function argparse(argv: readonly LaunchWord[], rules: ArgparseRules): GivenWords {
  const given: Given[] = [];
  const positionals: LaunchWord[] = [];
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] as LaunchWord;
    at += 1;
    if (word.text === '--') {
      positionals.push(...argv.slice(at));
      break;
    }
    if (!isFlagLike(word, rules)) {
      positionals.push(word);
      continue;
    }
    const taken = flagAt(word, argv, at, rules);
    given.push(taken.given);
    at = taken.next;
  }
  return { given, positionals };
}

/** argparse takes a word for a flag by its first character, except negative numbers and what has blanks in it. */
function isFlagLike({ text, unknown }: LaunchWord, rules: ArgparseRules): boolean {
  if (!text.startsWith('-') || text === '-' || /^-(\d+|\d*\.\d+)$/.test(text)) {
    return false;
  }
  const [name = ''] = text.split('=', 1);
  if (unknown?.some((part) => name.includes(part)) === true) {
    return false;
  }
  return !/\s/.test(name) || rules.table.byName.has(name);
}

function flagAt(
  word: LaunchWord,
  argv: readonly LaunchWord[],
  at: number,
  rules: ArgparseRules,
): { given: Given; next: number } {
  const equals = word.text.indexOf('=');
  const written = equals === -1 ? word.text : word.text.slice(0, equals);
  const attached = equals === -1 ? undefined : { ...word, text: word.text.slice(equals + 1) };
  if (rules.hasDottedKeys && written.includes('.')) {
    return dottedKey(written, attached, argv, at, rules);
  }
  const name =
    rules.areUnderscoresHyphens && written.startsWith('--') ? written.replaceAll('_', '-') : written;
  const found = named(name, rules) ?? joined(word, name, rules);
  if (found === undefined) {
    return unknownFlag(written, attached, argv, at, rules);
  }
  const status = statusOf(found.flag, written, rules);
  const value = found.joined === undefined ? attached : { ...word, text: found.joined };
  const { values, next } = valuesOf(found, written, value, argv, at, rules);
  return { given: { written: found.written ?? written, ...found, values, ...status }, next };
}

interface Named extends Found {
  readonly written?: string;
  /** The value, where it is written without a blank: `-O3`. */
  readonly joined?: string;
}

/** The flag of that name or the only one that begins with it: those of the release first, then those of any. */
function named(name: string, { table, place }: ArgparseRules): Named | undefined {
  const exact = table.byName.get(name);
  if (exact !== undefined) {
    return exact;
  }
  if (!name.startsWith('--') || name.length < 4) {
    return undefined;
  }
  const begun = [...table.byName].filter(([known]) => known.startsWith(name));
  const there = begun.filter(([, { flag }]) => isThere(flag, place));
  const candidates = there.length > 0 ? there : begun;
  if (new Set(candidates.map(([, { flag }]) => flag)).size > 1 && there.length > 0) {
    const names = candidates.map(([known]) => known);
    throw new InputError(
      `${name} could mean ${names.slice(0, 6).join(', ')}${names.length > 6 ? ' and others' : ''}; write the whole name.`,
    );
  }
  const [, found] = candidates.find(([, { isNegated }]) => !isNegated) ?? candidates[0] ?? [];
  return candidates.length > 0 && new Set(candidates.map(([, { flag }]) => flag)).size === 1
    ? found
    : undefined;
}

/** `-O3`: a name of one letter with its value; longer ones, as in `-tp4`, argparse does not take apart. */
function joined(word: LaunchWord, name: string, { table }: ArgparseRules): Named | undefined {
  const short = word.text.slice(0, 2);
  const found = name.startsWith('--') ? undefined : table.byName.get(short);
  return found !== undefined && takesOne(found.flag)
    ? { ...found, written: short, joined: word.text.slice(2).replace(/^=/, '') }
    : undefined;
}

function takesOne({ kind }: TableFlag): boolean {
  return kind !== 'none' && kind !== 'switch';
}

function statusOf(flag: TableFlag, written: string, { table, place }: ArgparseRules): Partial<Given> {
  if (isThere(flag, place)) {
    return {};
  }
  const release = table.releases[place];
  const note =
    flag.since > place
      ? `${written} came with ${table.releases[flag.since]} and is not in ${release}.`
      : `${written} is not in ${release}: ${table.releases[flag.until] ?? `a release before ${table.releases[0]}`} was the last one that had it.`;
  return { isRemoved: true, note };
}

function valuesOf(
  { flag, isNegated }: Found,
  written: string,
  attached: LaunchWord | undefined,
  argv: readonly LaunchWord[],
  at: number,
  rules: ArgparseRules,
): { values: readonly LaunchWord[]; next: number } {
  if (flag.kind === 'none' || (flag.kind === 'switch' && attached === undefined) || isNegated) {
    return { values: [], next: at };
  }
  if (attached !== undefined) {
    return { values: [attached], next: at };
  }
  const following = followers(argv, at, flag.kind === 'list' ? Number.POSITIVE_INFINITY : 1, rules);
  if (following.length === 0 && flag.kind !== 'optional') {
    throw new InputError(`${written} has no value; give one after it.`);
  }
  return { values: following, next: at + following.length };
}

/** The words from there on that are no flags, at most so many. */
function followers(
  argv: readonly LaunchWord[],
  at: number,
  most: number,
  rules: ArgparseRules,
): readonly LaunchWord[] {
  let end = at;
  while (end < argv.length && end - at < most) {
    const word = argv[end] as LaunchWord;
    if (word.text === '--' || isFlagLike(word, rules)) {
      break;
    }
    end += 1;
  }
  return argv.slice(at, end);
}

/** A flag that no release has takes the words after it, as a flag that takes words would. */
function unknownFlag(
  written: string,
  attached: LaunchWord | undefined,
  argv: readonly LaunchWord[],
  at: number,
  rules: ArgparseRules,
): { given: Given; next: number } {
  const values = attached === undefined ? followers(argv, at, 1, rules) : [attached];
  const guess = rules.guess(written);
  const note = `${shown(written)} is no flag of any release${guess === undefined ? '' : `; did you mean ${guess}?`}`;
  return {
    given: { written, isNegated: false, values, note },
    next: attached === undefined ? at + values.length : at,
  };
}

/** `--limit-mm-per-prompt.image 1`: a key of the JSON that the flag takes. */
function dottedKey(
  written: string,
  attached: LaunchWord | undefined,
  argv: readonly LaunchWord[],
  at: number,
  rules: ArgparseRules,
): { given: Given; next: number } {
  const dot = written.indexOf('.');
  const base = written.slice(0, dot).replaceAll('_', '-');
  const found = named(base, rules);
  const value = attached ?? argv[at];
  if (value === undefined) {
    throw new InputError(`${written} has no value; give one after it.`);
  }
  const next = attached === undefined ? at + 1 : at;
  if (found === undefined) {
    return { given: unknownFlag(written, value, argv, at, rules).given, next };
  }
  return { given: { written, ...found, values: [value], ...statusOf(found.flag, base, rules) }, next };
}
