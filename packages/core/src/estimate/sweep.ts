import { checkInteger } from '../text/exact.js';
import type { Case } from './case.js';
import { totalBytesByContext } from './estimate.js';

/** Total bytes of several cases at the same context lengths. */
export interface Sweep {
  /** Tokens per sequence, in the order given. */
  readonly contextLengths: readonly number[];
  readonly series: readonly Series[];
}

/** One line of a figure: `totalBytes[i]` belongs to the sweep's `contextLengths[i]`. */
export interface Series {
  readonly label: string;
  readonly totalBytes: Float64Array;
}

/**
 * Total bytes of each case at each context length; the lengths replace those of the cases' workloads. Every value is
 * an exact integer.
 *
 * @throws InputError as `estimate` does, and for a length that is not a positive integer.
 */
export function sweep(cases: readonly Case[], contextLengths: readonly number[]): Sweep {
  for (const contextLength of contextLengths) {
    checkInteger(contextLength, 'contextLength');
  }
  const series = cases.map(({ label, model, workload, engine }) => {
    const bytesAt = totalBytesByContext(model, workload, engine);
    const totalBytes = new Float64Array(contextLengths.length);
    for (let index = 0; index < totalBytes.length; index++) {
      totalBytes[index] = bytesAt(contextLengths[index] ?? 0);
    }
    return { label, totalBytes };
  });
  return { contextLengths, series };
}

/**
 * Context lengths from `minimum` to `maximum`, each twice the one before; the maximum ends the list even where
 * doubling would skip it.
 */
export function doublingLengths(minimum: number, maximum: number): readonly number[] {
  checkInteger(minimum, 'the shortest context length');
  checkInteger(maximum, 'the longest context length', minimum);
  const lengths: number[] = [];
  for (let length = minimum; length < maximum; length *= 2) {
    lengths.push(length);
  }
  return [...lengths, maximum];
}
