import { InputError } from '../text/errors.js';
import type { Case } from './case.js';
import { totalBytesByContext } from './estimate.js';

/** What a case takes at each number of sequences and each context length. */
export interface BatchGrid {
  /** Tokens per sequence. */
  readonly contextLengths: readonly number[];
  readonly numSequences: readonly number[];
  /** `totalBytes[row][column]` belongs to `numSequences[row]` and `contextLengths[column]`; NaN where there is none. */
  readonly totalBytes: readonly Float64Array[];
}

/**
 * Total bytes over a grid of workloads, each exact. There is no number where an engine has no room for so many
 * sequences, or where the bytes would leave the range of exact numbers.
 *
 * @throws InputError as `estimate` does where no part of the grid has a number.
 */
export function batchGrid(
  { model, workload, engine }: Case,
  contextLengths: readonly number[],
  numSequences: readonly number[],
): BatchGrid {
  const refusals: InputError[] = [];
  const totalBytes = numSequences.map((count) => {
    const row = new Float64Array(contextLengths.length).fill(Number.NaN);
    try {
      const bytesAt = totalBytesByContext(model, { ...workload, numSequences: count }, engine);
      for (let column = 0; column < row.length; column++) {
        row[column] = bytesAt(contextLengths[column] ?? 0);
      }
    } catch (error) {
      if (!(error instanceof InputError)) {
        throw error;
      }
      refusals.push(error);
    }
    return row;
  });
  if (refusals[0] !== undefined && totalBytes.every((row) => row.every(Number.isNaN))) {
    throw refusals[0];
  }
  return { contextLengths, numSequences, totalBytes };
}
