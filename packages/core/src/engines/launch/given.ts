import type { LaunchWord } from './command.js';
import type { TableFlag } from './flag-table.js';

/** One flag of a command, or variable of its environment, as its engine's parser takes it. */
export interface Given {
  /** As it was written, without its value. */
  readonly written: string;
  /** Absent where no release has it. */
  readonly flag?: TableFlag;
  readonly isNegated: boolean;
  /** What follows it; a list has several. */
  readonly values: readonly LaunchWord[];
  /** Why it is not simply the flag: the nearest name, the release that removed it. */
  readonly note?: string;
  /** Whether the release of the command lacks it. */
  readonly isRemoved?: boolean;
}

/** The words of a command, sorted by its engine's own rules. */
export interface GivenWords {
  readonly given: readonly Given[];
  /** Words that no flag takes. */
  readonly positionals: readonly LaunchWord[];
}

/** The word for a message: cut where it is long. */
export function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
