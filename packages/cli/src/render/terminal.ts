import { wrapAnsi } from 'fast-wrap-ansi';
import kleur from 'kleur';
import { printable } from './printable.js';

/** Columns of the terminal, or of a wide page where output goes to a file or pipe. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 120;
}

/** Prints an answer, unless there is none. */
export function print(text: string): void {
  if (text !== '') {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** Prints an answer for people, its long lines broken between words where a terminal shows them. */
export function printLines(lines: readonly string[]): void {
  const text = lines.join('\n');
  print(process.stdout.isTTY === true ? wrapAnsi(text, terminalWidth(), { hard: true, trim: false }) : text);
}

/** Prints what is not the answer itself: on stderr, so that a pipe carries the answer alone. */
export function note(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** The lines of warnings for people. */
export function warningLines(warnings: readonly string[]): readonly string[] {
  return [...new Set(warnings)].map((warning) => `${kleur.yellow('warning')} ${printable(warning)}`);
}
