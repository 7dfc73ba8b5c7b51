import type { LaunchProgram, LaunchWord } from '../engines/launch/command.js';
import type { FlagTable } from '../engines/launch/flag-table.js';
import { LLAMACPP_FLAG_TABLE } from '../engines/llamacpp/launch.js';
import { SGLANG_FLAG_TABLE } from '../engines/sglang/launch.js';
import { VLLM_FLAG_TABLE } from '../engines/vllm/launch.js';

const TABLES: readonly (readonly [LaunchProgram, FlagTable])[] = [
  ['vllm', VLLM_FLAG_TABLE],
  ['sglang', SGLANG_FLAG_TABLE],
  ['llama-server', LLAMACPP_FLAG_TABLE],
];

/** The program that knows more of these flags than any other, and most of them, where a text names none. */
export function programWithFlags(words: readonly LaunchWord[]): LaunchProgram | undefined {
  const names = words
    .map(({ text }) => /^(--?[A-Za-z][\w-]*)/.exec(text)?.[1] ?? '')
    .filter((name) => name !== '')
    .map((name) => (name.startsWith('--') ? name.replaceAll('_', '-') : name));
  const counts = TABLES.map(([program, { byName }]) => ({
    program,
    known: names.filter((name) => byName.has(name)).length,
  })).sort((one, other) => other.known - one.known);
  const [best, second] = counts;
  return best !== undefined &&
    best.known > (second?.known ?? 0) &&
    best.known * 2 > names.length &&
    best.known > 1
    ? best.program
    : undefined;
}
