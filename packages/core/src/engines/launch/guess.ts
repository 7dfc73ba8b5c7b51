import { nearest } from '../../text/nearest.js';
import { type FlagTable, isThere } from './flag-table.js';

/** A command with more unknown flags than that is none of this engine. */
const MOST_GUESSES = 40;

/** What guesses the flag of a release that an unknown one most likely means; after many, it guesses no more. */
export function flagGuess(table: FlagTable, place: number): (written: string) => string | undefined {
  const known = [...table.byName].filter(([, { flag }]) => isThere(flag, place)).map(([name]) => name);
  const guesses = new Map<string, string | undefined>();
  return (written) => {
    if (!guesses.has(written) && guesses.size < MOST_GUESSES) {
      guesses.set(written, nearest(written, known));
    }
    return guesses.get(written);
  };
}
