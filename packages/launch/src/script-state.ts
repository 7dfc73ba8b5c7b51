import type { LaunchWord } from '@kv/core/launch';

/** What a script has set so far. */
export interface ScriptState {
  /** Variables by name; several where branches set them. */
  readonly variables: Map<string, readonly LaunchWord[]>;
  readonly arrays: Map<string, readonly LaunchWord[]>;
  readonly exported: Map<string, LaunchWord>;
  readonly notes: Set<string>;
  readonly templates: readonly string[];
  /** Places of the first character of each line of the script. */
  readonly lineStarts: readonly number[];
  /** The line that the script begins on, less one. */
  readonly lineOffset: number;
}

export function newState(source: string, templates: readonly string[], lineOffset: number): ScriptState {
  const lineStarts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return {
    variables: new Map(),
    arrays: new Map(),
    exported: new Map(),
    notes: new Set(),
    templates,
    lineStarts,
    lineOffset,
  };
}

/** The line of a place in the script, from 1. */
export function lineAt({ lineStarts, lineOffset }: ScriptState, position: number): number {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= position) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low + 1 + lineOffset;
}
