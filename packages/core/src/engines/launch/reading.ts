import type { Deployment } from '../../deployment/deployment.js';

/**
 * - `modelled`: counted, or a default that a number depends on;
 * - `not-modelled`: it changes memory, and is not counted yet;
 * - `no-matter`: the cache and what lies beside it are the same without it;
 * - `removed`: the release does not have it any more, or not yet;
 * - `unknown`: no release has it.
 */
export type WordStatus = 'modelled' | 'not-modelled' | 'no-matter' | 'removed' | 'unknown';

/** A flag of a command or a variable of its environment. */
export interface ReadWord {
  /** As it was written. */
  readonly flag: string;
  /** Absent where there is none, and where it is secret. */
  readonly value?: string;
  readonly secret?: true;
  readonly is: WordStatus;
  /** Its long name, where `flag` is another. */
  readonly name?: string;
  /** One sentence: the nearest name, the release that removed it. */
  readonly note?: string;
}

/** What a command says, with each of its words accounted for. */
export interface LaunchReading {
  readonly program: string;
  readonly deployment: Deployment;
  /**
   * Every setting that was given and changes memory, by the camelCase of its long name, those that are not counted yet
   * too; `deployment.engine.settings` has only those that are.
   */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  readonly words: readonly ReadWord[];
  /** What cannot be known from the command, and what to give to say it. */
  readonly missing: readonly { readonly what: string; readonly give: string }[];
  /** Sentences about how it was read: defaults taken, one node of several. */
  readonly notes: readonly string[];
}
