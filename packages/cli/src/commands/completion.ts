import type { Command } from 'commander';
import { complete } from '../completion/candidates.js';
import { completionScript } from '../completion/scripts.js';
import { printable } from '../terminal/printable.js';
import { print } from '../terminal/terminal.js';

/** `kv completion <shell>`: the script that makes a shell complete `kv`. */
export function completionCommand(shell: string): void {
  print(completionScript(shell));
}

/** `kv complete -- <word>...`: what those scripts ask. */
export async function completeCommand(program: Command, words: readonly string[]): Promise<void> {
  const { candidates, files } = await complete(program, words);
  const lines = candidates.map(({ word, meaning }) => `${word}\t${printable(meaning)}`);
  print([...lines, ...(files ? [':files'] : [])].join('\n'));
}
