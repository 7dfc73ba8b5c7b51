/** One word of a command, after the shell's quotes. */
export interface LaunchWord {
  readonly text: string;
  /**
   * What stands in `text` as it was written, for nothing is ever run or guessed: a variable, a template, a command whose
   * output would stand there. `['$MODEL']`.
   */
  readonly unknown?: readonly string[];
  /** The line that it stands on, from 1. */
  readonly line?: number;
}

/** The programs of engines whose commands are read. */
export type LaunchProgram = 'vllm' | 'sglang' | 'llama-server' | 'llama-cli' | 'llama-bench' | 'ollama';

/** A command that starts an engine, without what wraps it: `@kv/launch` takes it out of a text. */
export interface LaunchCommand {
  readonly program: LaunchProgram;
  /** What follows the program and its subcommand; for Ollama the subcommand comes first. */
  readonly argv: readonly LaunchWord[];
  readonly env: Readonly<Record<string, LaunchWord>>;
  /** `PARAMETER` lines of an Ollama Modelfile, by name. */
  readonly parameters?: Readonly<Record<string, LaunchWord>>;
  /** The container image that it runs in. */
  readonly image?: string;
  /** What a reader of the command should know: a default that was taken, a variable that was filled in. */
  readonly notes?: readonly string[];
}
