import { InputError, nearest } from '@kv/core';

/** Other spellings of flags, those of the teaching script, vLLM and llama.cpp, each with the one that the commands declare. */
export const ALIASES: Readonly<Record<string, string>> = {
  '--context-length': '--context',
  '--max-model-len': '--context',
  '--ctx-size': '--context',
  '--batch-size': '--sequences',
  '--num-sequences': '--sequences',
  '--parallel': '--sequences',
  '--dtype': '--kv-dtype',
  '--kv-cache-dtype': '--kv-dtype',
  '--cache-type-k': '--key-dtype',
  '--cache-type-v': '--value-dtype',
  '--tensor-parallel-size': '--tp',
  '--pipeline-parallel-size': '--pp',
  '--data-parallel-size': '--dp',
  '--context-parallel-size': '--cp',
};

/**
 * Arguments with every flag in the spelling that the commands declare: `--emb_dim=64` is `--emb-dim=64`, and
 * `--batch-size 2` is `--sequences 2`. Values and everything after `--` are left alone. `help estimate` is
 * `estimate --help`.
 *
 * @throws InputError for two spellings of one flag: what one of them says would be lost in silence, and a command line of
 *   llama.cpp's has both `--parallel` and `--batch-size`, which mean the same here only.
 */
export function normalizeArguments(args: readonly string[]): readonly string[] {
  if (args[0] === 'help') {
    return normalizeArguments([...args.slice(1), '--help']);
  }
  // Words that a shell asks to complete are not read here.
  if (args[0] === 'complete') {
    return args;
  }
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  checkSpellings(flags);
  return [...flags.map(normalizeFlag), ...asOneArgument(args.slice(flags.length))];
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

function normalizeFlag(argument: string): string {
  const dashed = dashedFlag(argument);
  return dashed === undefined ? argument : declared(dashed) + argument.slice(dashed.length);
}

/** `--emb-dim` of `--emb_dim=64`; undefined for what is no long flag. */
function dashedFlag(argument: string): string | undefined {
  return /^--[a-z][a-z0-9_-]*(?=$|=)/i.exec(argument)?.[0].replaceAll('_', '-');
}

function declared(dashed: string): string {
  return (Object.hasOwn(ALIASES, dashed) ? ALIASES[dashed] : undefined) ?? dashed;
}

function checkSpellings(args: readonly string[]): void {
  const spellings = new Map<string, string>();
  for (const dashed of args.map(dashedFlag)) {
    if (dashed === undefined) {
      continue;
    }
    const other = spellings.get(declared(dashed)) ?? dashed;
    if (other !== dashed) {
      const pair = [other, dashed];
      const batch = pair.includes('--batch-size') ? "; llama.cpp's batch of tokens is --n-batch" : '';
      throw new InputError(
        `${other} and ${dashed} are spellings of one flag, ${declared(dashed)}; give it once${batch}.`,
      );
    }
    spellings.set(declared(dashed), dashed);
  }
}

/** The other spelling that a mistyped flag most likely meant, or undefined when none is close. */
export function nearestAlias(flag: string): string | undefined {
  return nearest(flag.replaceAll('_', '-'), Object.keys(ALIASES));
}
