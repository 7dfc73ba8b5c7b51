import type { LaunchWord } from '@kv/core/launch';

/** One command of a script, after the shell's quotes and the variables that are known. */
export interface SimpleCommand {
  readonly words: readonly LaunchWord[];
  /** Variables that are set for it. */
  readonly env: Readonly<Record<string, LaunchWord>>;
  /** The image of the container that it runs in. */
  readonly image?: string;
  readonly notes: readonly string[];
}
