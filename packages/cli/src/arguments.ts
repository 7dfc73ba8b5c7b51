import { nearest } from '@kv/core';

/** Other spellings of flags, each with the one that the commands declare. */
const ALIASES: Readonly<Record<string, string>> = {
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
 */
export function normalizeArguments(args: readonly string[]): readonly string[] {
  if (args[0] === 'help') {
    return normalizeArguments([...args.slice(1), '--help']);
  }
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  return [...flags.map(normalizeFlag), ...args.slice(flags.length)];
}

function normalizeFlag(argument: string): string {
  const match = /^(--[a-z][a-z0-9_-]*)(=.*)?$/is.exec(argument);
  if (match === null) {
    return argument;
  }
  const [, flag = '', value = ''] = match;
  const dashed = flag.replaceAll('_', '-');
  return `${Object.hasOwn(ALIASES, dashed) ? ALIASES[dashed] : dashed}${value}`;
}

/** The other spelling that a mistyped flag most likely meant, or undefined when none is close. */
export function nearestAlias(flag: string): string | undefined {
  return nearest(flag.replaceAll('_', '-'), Object.keys(ALIASES));
}
