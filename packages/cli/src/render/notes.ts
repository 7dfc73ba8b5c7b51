import { wrapAnsi } from 'fast-wrap-ansi';
import kleur from 'kleur';
import { printable } from './printable.js';

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

/**
 * Facts below each other, indented, values lined up on the right and notes wrapped beside them.
 *
 * @param width of the terminal, in characters.
 */
export function renderNotes(notes: readonly Note[], width: number): string {
  const labelWidth = Math.max(...notes.map(({ label }) => label.length)) + 4;
  const valueWidth = Math.max(...notes.map(({ value }) => value.length)) + 2;
  const noteWidth = Math.max(MIN_NOTE_WIDTH, width - labelWidth - valueWidth);
  return notes
    .flatMap(({ label, value, note, isAnswer }) => {
      const shown = printable(value).padStart(valueWidth - 2);
      const start = `  ${label}`.padEnd(labelWidth) + (isAnswer ? kleur.bold().green(shown) : shown);
      const [first = '', ...others] = wrapAnsi(printable(note), noteWidth, { hard: true }).split('\n');
      return [
        `${start}  ${kleur.dim(first)}`.trimEnd(),
        ...others.map((line) => ' '.repeat(labelWidth + valueWidth) + kleur.dim(line)),
      ];
    })
    .join('\n');
}
