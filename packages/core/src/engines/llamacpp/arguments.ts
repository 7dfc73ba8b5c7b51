import { InputError } from '../../text/errors.js';
import type { LaunchWord } from '../launch/command.js';
import { type FlagTable, isThere, type TableFlag } from '../launch/flag-table.js';
import { type Given, type GivenWords, shown } from '../launch/given.js';
import { flagGuess } from '../launch/guess.js';

/** Words that a flag of kind `toggle` takes: `is_truthy` and its neighbours in `common/arg.cpp`. */
const TOGGLES = new Set(['on', 'off', 'auto', 'enabled', 'disabled', 'true', 'false', '1', '0', '-1']);

/**
 * The flags of a command as llama.cpp's programs take them: exact names only, underscores for hyphens in long ones, each
 * value the next word whatever it looks like. A bare `-fa` or `--color`, which releases before `[on|off|auto]` took, is
 * read as they did.
 *
 * Source: ggml-org/llama.cpp b11434, `common/arg.cpp` (`common_params_parse_ex`).
 *
 * @throws InputError for a flag without its value.
 */
export function llamacppArguments(argv: readonly LaunchWord[], table: FlagTable, place: number): GivenWords {
  const given: Given[] = [];
  const guess = flagGuess(table, place);
  const positionals: LaunchWord[] = [];
  for (let at = 0; at < argv.length; ) {
    const word = argv[at] as LaunchWord;
    at += 1;
    const name = word.text.startsWith('--') ? word.text.replaceAll('_', '-') : word.text;
    const found = table.byName.get(name);
    if (found === undefined) {
      if (!/^-[^\d\s]/.test(word.text)) {
        positionals.push(word);
        continue;
      }
      const next = argv[at];
      const takes =
        next !== undefined &&
        !isFlag(next.text, table) &&
        !/^-[^\d]/.test(next.text) &&
        !word.text.includes('=');
      given.push(unknownFlag(word, takes ? next : undefined, table, guess));
      at += takes ? 1 : 0;
      continue;
    }
    const { values, note } = valuesOf(found.flag, found.isNegated, word.text, argv, at, table);
    at += values.length;
    const removal = isThere(found.flag, place) ? undefined : removalNote(found.flag, word.text, table, place);
    const remark = removal ?? note;
    given.push({
      written: word.text,
      ...found,
      values,
      ...(removal === undefined ? {} : { isRemoved: true }),
      ...(remark === undefined ? {} : { note: remark }),
    });
  }
  return { given, positionals };
}

function isFlag(text: string, table: FlagTable): boolean {
  return table.byName.has(text.startsWith('--') ? text.replaceAll('_', '-') : text);
}

function valuesOf(
  flag: TableFlag,
  isNegated: boolean,
  written: string,
  argv: readonly LaunchWord[],
  at: number,
  table: FlagTable,
): { values: readonly LaunchWord[]; note?: string } {
  const count = flag.kind === 'none' || isNegated ? 0 : flag.kind === 'pair' ? 2 : 1;
  const values = argv.slice(at, at + count);
  if (flag.kind === 'toggle') {
    const [value] = values;
    if (value === undefined || (!TOGGLES.has(value.text) && isFlagLike(value, table))) {
      return {
        values: [],
        note: `${written} takes on, off or auto today; alone it was on in older releases, and is read so.`,
      };
    }
  }
  const next = values.at(-1);
  if (values.length < count || (count === 1 && next !== undefined && isFlag(next.text, table))) {
    throw new InputError(`${written} has no value; give one after it.`);
  }
  return { values };
}

function isFlagLike({ text, unknown }: LaunchWord, table: FlagTable): boolean {
  return unknown === undefined && (isFlag(text, table) || /^-[^\d]/.test(text));
}

function removalNote(flag: TableFlag, written: string, table: FlagTable, place: number): string {
  const release = table.releases[place];
  return flag.since > place
    ? `${written} came with ${table.releases[flag.since]} and is not in ${release}.`
    : `${written} is not in ${release}: ${table.releases[flag.until] ?? `a release before ${table.releases[0]}`} was the last one known to have it.`;
}

function unknownFlag(
  word: LaunchWord,
  next: LaunchWord | undefined,
  table: FlagTable,
  guess: (written: string) => string | undefined,
): Given {
  const equals = word.text.indexOf('=');
  const written = equals === -1 ? word.text : word.text.slice(0, equals);
  const values =
    equals === -1 ? (next === undefined ? [] : [next]) : [{ ...word, text: word.text.slice(equals + 1) }];
  if (equals !== -1 && isFlag(written, table)) {
    const note = `llama.cpp takes no ${written}=...; write ${written} and its value as two words.`;
    return { written, isNegated: false, values, note };
  }
  const guessed = guess(written);
  const note = `${shown(written)} is no flag of llama.cpp${guessed === undefined ? ' (a fork may have it).' : `; did you mean ${guessed}?`}`;
  return { written, isNegated: false, values, note };
}
