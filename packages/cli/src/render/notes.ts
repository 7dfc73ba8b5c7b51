import Table from 'cli-table3';
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

const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

/**
 * Facts below each other, indented, values lined up on the right and notes wrapped beside them.
 *
 * @param width of the terminal, in characters.
 */
export function renderNotes(notes: readonly Note[], width: number): string {
  const labelWidth = Math.max(...notes.map(({ label }) => label.length)) + 4;
  const valueWidth = Math.max(...notes.map(({ value }) => value.length)) + 2;
  const noteWidth = Math.max(MIN_NOTE_WIDTH, width - labelWidth - valueWidth);
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: [labelWidth, valueWidth, noteWidth],
    wordWrap: true,
  });
  table.push(
    ...notes.map(({ label, value, note, isAnswer }) => {
      const padded = `${printable(value).padStart(valueWidth - 2)}  `;
      return [`  ${label}`, isAnswer ? kleur.bold().green(padded) : padded, kleur.dim(printable(note))];
    }),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
