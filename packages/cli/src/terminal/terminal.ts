import { fstatSync, writeFileSync } from 'node:fs';
import { wrapAnsi } from 'fast-wrap-ansi';
import kleur from 'kleur';
import { MissingError } from '../errors.js';
import { printable } from './printable.js';

/** Columns of the terminal, or of a wide page where output goes to a file or pipe. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 120;
}

/**
 * Prints an answer, unless there is none.
 *
 * @throws MissingError where a file takes only a part of it: Node's own stream does not look at a short write.
 */
export function print(text: string): void {
  if (text === '') {
    return;
  }
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (!isFileOrDevice()) {
    process.stdout.write(whole);
    return;
  }
  try {
    writeFileSync(process.stdout.fd, whole);
  } catch (error) {
    throw new MissingError(
      `The answer cannot be written to standard output (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

function isFileOrDevice(): boolean {
  if (process.stdout.isTTY === true) {
    return false;
  }
  const output = fstatSync(process.stdout.fd);
  return output.isFile() || output.isCharacterDevice();
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

/** Prints warnings beside the answer, on stderr, each once. */
export function warn(warnings: readonly string[]): void {
  const text = warningLines(warnings)
    .map((line) => `${line}\n`)
    .join('');
  const { isTTY, columns } = process.stderr;
  process.stderr.write(isTTY === true ? wrapAnsi(text, columns || 80, { hard: true, trim: false }) : text);
}

/** The lines of warnings for people. */
export function warningLines(warnings: readonly string[]): readonly string[] {
  return [...new Set(warnings)].map((warning) => `${kleur.yellow('warning')} ${printable(warning)}`);
}
