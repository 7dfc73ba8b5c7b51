import type { Deployment } from '../deployment/deployment.js';
import { PRINTED_LAUNCHES } from '../engines/all-printed-launches.js';
import { InputError } from '../text/errors.js';

/**
 * The command that starts a deployment, for a shell: `vllm serve Qwen/Qwen3-8B --tensor-parallel-size 2`. It reads back to
 * the same deployment, but for what a command does not say: the engine's release, which GPUs there are, other weights, and,
 * except for llama.cpp, how many sequences are asked of it.
 *
 * @throws InputError for an engine without a command, a model without a name, and what no flag of the engine says.
 */
export function printLaunch(deployment: Deployment): string {
  const { name } = deployment.engine;
  const print = Object.hasOwn(PRINTED_LAUNCHES, name) ? PRINTED_LAUNCHES[name] : undefined;
  if (print === undefined) {
    throw new InputError(
      `The engine ${name} is started by no command; those of ${Object.keys(PRINTED_LAUNCHES).join(', ')} are.`,
    );
  }
  const { words, env } = print(deployment);
  const variables = Object.entries(env).map(([key, value]) => `${key}=${quoted(value)}`);
  return [...variables, ...words.map(quoted)].join(' ');
}

/** A word as a shell takes it for itself. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
