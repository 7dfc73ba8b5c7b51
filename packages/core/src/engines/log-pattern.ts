/** What a figure of a log is counted in. Engines that print GB mean 2^30 bytes. */
export type LogUnit = 'GiB' | 'MiB' | 'tokens' | 'times' | 'count';

/** A figure in a line: the name of the group in the pattern that holds it is its key. */
export interface LogFigure {
  /** What it is, in camelCase: `availableKvCacheMemory`. */
  readonly quantity: string;
  readonly unit: LogUnit;
}

/** A line that an engine prints, and the figures in it. */
export interface LogPattern {
  /** Matches anywhere in a line: prefixes of loggers, containers and ranks are of no matter. */
  readonly pattern: RegExp;
  readonly figures: Readonly<Record<string, LogFigure>>;
}

/** A line that names something that is no figure, by the names of its pattern's groups. */
export interface LogFact {
  readonly pattern: RegExp;
}

/** Why a start failed, in a line of the log. */
export interface LogFailure {
  readonly pattern: RegExp;
  /** In words: what was missing. */
  readonly meaning: string;
}

/** What an engine prints when it starts. */
export interface EngineLog {
  readonly engine: string;
  /** Every line that the patterns below match has one of these words: most lines of a server's log have none. */
  readonly mentions: RegExp;
  readonly figures: readonly LogPattern[];
  /**
   * Groups: `release`, `model`, `architecture`, `device`, `computeCapability`; `arguments`, a Python dictionary or call
   * with the engine's own arguments, and `config`, keyword arguments that it settled on; any other is an argument itself.
   */
  readonly facts: readonly LogFact[];
  readonly failures: readonly LogFailure[];
}
