import { engineSettings, flagOf, InputError } from '@kv/core';
import type { EngineFlag } from '@kv/core/launch';

/** Other spellings of flags, those of the teaching scripts and of other tools, each with the one that the commands declare. */
export const ALIASES: Readonly<Record<string, string>> = {
  '--context-length': '--context',
  '--batch-size': '--sequences',
  '--num-sequences': '--sequences',
  '--dtype': '--kv-dtype',
};

/** What is known of the flags of a command line. */
export interface FlagNames {
  /** The engines that are named; none where none is. */
  readonly engines: readonly string[];
  /** Whether a flag is the command's own, settings of engines aside: `--context`, `-c`. */
  readonly isOwn: (flag: string) => boolean;
  /** What an engine means by a flag of its command, in any spelling. */
  readonly engineFlag: (engine: string, written: string) => EngineFlag | undefined;
}

/**
 * Arguments with every flag in the spelling that the commands declare: `--emb_dim=64` is `--emb-dim=64`, and
 * `--batch-size 2` is `--sequences 2`. With an engine, a flag means what that engine means by it: llama.cpp's `-ctk` is
 * `--key-dtype`, and its `--batch-size` a setting of its own. Values are left
 * alone, what follows `--` becomes one argument, and `help estimate` is `estimate --help`; words to complete stay as they are.
 *
 * @throws InputError for two spellings of one flag, for what one of them says would be lost in silence; for a flag that
 *   engines mean different things by; and for one of the engine's that is not for this.
 */
export function normalizeArguments(args: readonly string[], names: FlagNames): readonly string[] {
  if (args[0] === 'help') {
    return normalizeArguments([...args.slice(1), '--help'], names);
  }
  if (args[0] === 'complete') {
    return args;
  }
  // Words that a shell asks to complete are not read here.
  if (args[0] === 'complete') {
    return args;
  }
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  const spellings = new Map<string, string>();
  return [
    ...flags.map((argument) => {
      const dashed = dashedFlag(argument);
      if (dashed === undefined) {
        return argument;
      }
      const meant = declared(dashed, names);
      const other = spellings.get(meant) ?? dashed;
      if (other !== dashed) {
        throw new InputError(`${other} and ${dashed} are spellings of one flag, ${meant}; give it once.`);
      }
      spellings.set(meant, dashed);
      return meant + argument.slice(dashed.length);
    }),
    ...asOneArgument(args.slice(flags.length)),
  ];
}

/** Programs of engines and what starts them, and variables before them. */
const STARTS_COMMAND =
  /^([A-Z_][A-Z0-9_]*=|(\S*\/)?(vllm|sglang|python[\d.]*|llama-\w+|ollama|docker|podman|env|exec|nohup|nice|sudo|uv|sh|bash)$)/;

/** What follows `--` where it is a launch command that the shell has split: one argument again. */
function asOneArgument(rest: readonly string[]): readonly string[] {
  const [dashes, ...words] = rest;
  return dashes !== undefined && words.length > 1 && STARTS_COMMAND.test(words[0] ?? '')
    ? [dashes, words.map(quoted).join(' ')]
    : rest;
}

/** A word as a shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `--emb-dim` of `--emb_dim=64`, and `-ctk`; undefined for what is no flag. */
function dashedFlag(argument: string): string | undefined {
  return /^--[a-z][a-z0-9_-]*(?=$|=)|^-[a-z][a-z-]*$/i.exec(argument)?.[0].replaceAll('_', '-');
}

/** The spelling that the command declares; the flag itself where there is none, for the command to refuse. */
function declared(flag: string, names: FlagNames): string {
  const meanings = new Set(names.engines.flatMap((engine) => meaningTo(engine, flag, names) ?? []));
  const [meant, ...others] = meanings;
  if (others.length > 0) {
    throw new InputError(
      `${flag} means ${[...meanings].join(' and ')} to the engines ${names.engines.join(' and ')}; ask for each of them alone.`,
    );
  }
  return meant ?? meaningOfAny(flag, names) ?? flag;
}

/** What a flag is to one engine; undefined where it is nothing to it. */
function meaningTo(engine: string, flag: string, { isOwn, engineFlag }: FlagNames): string | undefined {
  if (isOwn(flag) || engineSettings(engine).some((setting) => spellingsOf(setting.flag).includes(flag))) {
    return flag;
  }
  const found = engineFlag(engine, flag);
  if (found === undefined) {
    return Object.hasOwn(ALIASES, flag) ? ALIASES[flag] : undefined;
  }
  const { means, isNegated } = found;
  if (typeof means === 'string') {
    throw new InputError(
      means === 'no-matter'
        ? `${flag} of ${engine} changes nothing that is counted here; leave it out.`
        : `${flag} of ${engine} is not modelled here; leave it out.`,
    );
  }
  if ('text' in means) {
    return flagOf(means.text);
  }
  return isNegated ? spellingsOf(means.setting)[1] : means.setting;
}

/** A setting's flag, and that which turns it off. */
function spellingsOf(flag: string): readonly [string, string] {
  return [flag, flag.replace(/^--/, '--no-')];
}

const WITH_COMMANDS = ['vllm', 'llama.cpp', 'sglang'] as const;

/** What a flag is where no engine is named that has flags: what any engine says of the load and how it is split by it. */
function meaningOfAny(flag: string, { engines, isOwn, engineFlag }: FlagNames): string | undefined {
  if (engines.some((engine) => WITH_COMMANDS.some((known) => known === engine)) || isOwn(flag)) {
    return undefined;
  }
  if (Object.hasOwn(ALIASES, flag)) {
    return ALIASES[flag];
  }
  const texts = WITH_COMMANDS.flatMap((engine) => {
    const means = engineFlag(engine, flag)?.means;
    return typeof means === 'object' && 'text' in means ? [means.text] : [];
  });
  return texts[0] === undefined ? undefined : flagOf(texts[0]);
}
