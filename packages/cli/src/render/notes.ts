import { wrapAnsi } from 'fast-wrap-ansi';
import kleur from 'kleur';
import { printable } from '../terminal/printable.js';

/** One fact of a report: what it is, its value, and what to know about it. */
export interface Note {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  /** What was asked for, not what leads to it. */
  readonly isAnswer?: true;
}

/** Narrower than this, a note is under its value rather than beside it. */
const MIN_NOTE_WIDTH = 24;

/** How far a note under its value is indented. */
const INDENT = 4;

/**
 * Facts below each other, indented, values lined up on the right and notes wrapped beside them, or under them where
 * the terminal is narrow.
 *
 * @param width of the terminal, in characters.
 */
export function renderNotes(notes: readonly Note[], width: number): string {
  const labelWidth = Math.max(...notes.map(({ label }) => label.length)) + 4;
  const valueWidth = Math.max(...notes.map(({ value }) => value.length)) + 2;
  const isBeside = width - labelWidth - valueWidth >= MIN_NOTE_WIDTH;
  const column = isBeside ? labelWidth + valueWidth : INDENT;
  return notes
    .flatMap(({ label, value, note, isAnswer }) => {
      const shown = printable(value).padStart(valueWidth - 2);
      const fact = `  ${label}`.padEnd(labelWidth) + (isAnswer ? kleur.bold().green(shown) : shown);
      const lines = wrapAnsi(printable(note), width - column, { hard: true })
        .split('\n')
        .map(kleur.dim);
      const [first = '', ...others] = isBeside ? lines : ['', ...lines];
      return [`${fact}  ${first}`.trimEnd(), ...others.map((line) => ' '.repeat(column) + line)];
    })
    .join('\n');
}
