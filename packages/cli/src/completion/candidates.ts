import { DTYPES, ENGINE_NAMES } from '@kv/core';
import type { Command, Option } from 'commander';

/** A word that may come next, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

/** What may come next on a command line. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether a file may stand there too. */
  readonly files: boolean;
}

/**
 * The words that may stand in the place of the last one.
 *
 * @param program what the words are for; its commands and flags are read from it, so a completion never lags behind.
 * @param words of the command line after `kv`, the last of them as far as it is typed.
 */
export async function complete(program: Command, words: readonly string[]): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = program.commands.find((known) => known.name() === before[0]);
  if (command === undefined) {
    return { candidates: matching(current, [...commandsOf(program), ...flagsOf(program)]), files: false };
  }
  const assigned = /^(--[^=]+)=(.*)$/s.exec(current);
  if (assigned !== null) {
    const [, flag = '', value = ''] = assigned;
    return prefixed(`${flag}=`, await completeValue(optionOf(command, flag), value));
  }
  const previous = optionOf(command, before.at(-1) ?? '');
  if (previous !== undefined && takesValue(previous)) {
    return completeValue(previous, current);
  }
  if (current.startsWith('-')) {
    return { candidates: matching(current, flagsOf(command)), files: false };
  }
  const places = command.registeredArguments;
  const argument = places[Math.min(positionals(command, before.slice(1)), places.length - 1)];
  return argument === undefined ? NOTHING : completePlaceholder(argument.name(), current);
}

const NOTHING: Completion = { candidates: [], files: false };

/** What a placeholder in the usage of an argument or flag (`<model>`, `<dtype>`) stands for, where it can be completed. */
export const PLACEHOLDERS: Readonly<Record<string, () => Promise<readonly string[]> | readonly string[]>> = {
  engine: () => ENGINE_NAMES,
  dtype: () => ['auto', ...DTYPES.map(({ name }) => name)],
  shell: () => ['bash', 'zsh', 'fish'],
  gpu: gpuIds,
  model: catalogueNames,
  models: catalogueNames,
};

async function gpuIds(): Promise<readonly string[]> {
  const { GPUS } = await import('@kv/core/gpus');
  return GPUS.map(({ id }) => id);
}

/** The catalogue's ids, and the names after the organization that only one of them has. */
async function catalogueNames(): Promise<readonly string[]> {
  const { CATALOGUE } = await import('@kv/core/catalogue');
  const ids = CATALOGUE.map(({ id }) => id);
  const names = ids.map((id) => id.slice(id.indexOf('/') + 1));
  return [...ids, ...names.filter((name) => names.indexOf(name) === names.lastIndexOf(name))];
}

/** The placeholders in whose place a file may stand. */
const FILE_PLACEHOLDERS: readonly string[] = ['file', 'model', 'models'];

async function completeValue(option: Option | undefined, current: string): Promise<Completion> {
  const placeholder = placeholderOf(option);
  if (!placeholder.endsWith(',...')) {
    return completePlaceholder(placeholder, current);
  }
  const begun = current.slice(0, current.lastIndexOf(',') + 1);
  const item = await completePlaceholder(placeholder.slice(0, -',...'.length), current.slice(begun.length));
  return prefixed(begun, item);
}

async function completePlaceholder(placeholder: string, current: string): Promise<Completion> {
  const words = placeholder.includes('|') ? placeholder.split('|') : await PLACEHOLDERS[placeholder]?.();
  return {
    candidates: matching(
      current,
      (words ?? []).map((word) => ({ word, meaning: '' })),
    ),
    files: FILE_PLACEHOLDERS.includes(placeholder),
  };
}

/** `file` of `-o, --out <file>`; empty for a flag without a value. */
export function placeholderOf(option: Option | undefined): string {
  return /<([^>]*)>/.exec(option?.flags ?? '')?.[1] ?? '';
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => flag !== '' && (long === flag || short === flag));
}

/** How many of the words are arguments: neither flags nor their values. */
function positionals(command: Command, words: readonly string[]): number {
  return words.filter((word, index) => {
    const previous = optionOf(command, words[index - 1] ?? '');
    return (
      !word.startsWith('--') && !/^-[a-z]/i.test(word) && !(previous !== undefined && takesValue(previous))
    );
  }).length;
}

function commandsOf(program: Command): readonly Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ word: command.name(), meaning: command.description() }));
}

function flagsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long === undefined ? [] : [{ word: long, meaning: description }]));
}

/** Those that go on where the word ends, without regard to case; flags only where one is begun. */
function matching(current: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const typed = current.toLowerCase();
  return candidates.filter(
    ({ word }) => word.toLowerCase().startsWith(typed) && (typed !== '' || !word.startsWith('-')),
  );
}

function prefixed(prefix: string, { candidates, files }: Completion): Completion {
  return { candidates: candidates.map(({ word, meaning }) => ({ word: prefix + word, meaning })), files };
}
