import type { PythonValue } from '../text/python-literal.js';

/** A figure of a log. */
export interface LogLine {
  /** The line, without colours and what stands before the message. */
  readonly text: string;
  /** What the figure is: `availableKvCacheMemory`, `kvCacheTokens`, ... */
  readonly quantity: string;
  /** The device or host that llama.cpp names: `CUDA0`. */
  readonly where?: string;
  /** The rank whose figure it is, where ranks print their own: `TP0`, `DP1 TP3`. */
  readonly rank?: string;
  /** In bytes, tokens, or as it stands. */
  readonly value: number;
  /** What the last printed digit stands for, in the same unit. */
  readonly roundedTo: number;
}

/** What a start-up log says. */
export interface LogReading {
  /** The engine that prints such lines; absent where no line was known. */
  readonly engine?: string;
  readonly release?: string;
  readonly model?: string;
  readonly architecture?: string;
  readonly devices: readonly { readonly name: string; readonly computeCapability?: string }[];
  /** The engine's own arguments, by their names in Python. */
  readonly arguments: Readonly<Record<string, PythonValue>>;
  readonly lines: readonly LogLine[];
  readonly failures: readonly { readonly text: string; readonly meaning: string }[];
}
