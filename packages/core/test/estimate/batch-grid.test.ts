import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { ideal } from '../../src/engines/ideal/engine.js';
import { llamacpp } from '../../src/engines/llamacpp/engine.js';
import { batchGrid } from '../../src/estimate/batch-grid.js';
import { estimate } from '../../src/estimate/estimate.js';
import { contextLength, model, modelOf, numSequences, workload } from '../arbitraries.js';

const full = modelOf([{ kind: 'full', numKeyValueHeads: 8, keyHeadDim: 128, valueHeadDim: 128 }]);

describe('a grid of batches', () => {
  it('holds in each cell what an estimate says there', () => {
    fc.assert(
      fc.property(
        model,
        workload,
        fc.array(contextLength, { minLength: 1, maxLength: 4 }),
        fc.array(numSequences, { minLength: 1, maxLength: 4 }),
        (any, use, lengths, counts) => {
          const grid = batchGrid({ label: 'a', model: any, workload: use, engine: ideal }, lengths, counts);
          counts.forEach((count, row) => {
            lengths.forEach((length, column) => {
              const cell = { ...use, contextLength: length, numSequences: count };
              expect(grid.totalBytes[row]?.[column]).toBe(estimate(any, cell).totalBytes);
            });
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has no number where the engine runs no so many sequences', () => {
    const workload = { ...DEFAULT_WORKLOAD, keyDtype: 'fp16', valueDtype: 'fp16' } as const;
    const { totalBytes } = batchGrid(
      { label: 'a', model: full, workload, engine: llamacpp() },
      [4096],
      [256, 512],
    );
    expect(totalBytes.map((row) => Array.from(row))).toEqual([[256 * 4096 * 4096], [Number.NaN]]);
  });

  it('says what is wrong where no part of it can be', () => {
    const workload = { ...DEFAULT_WORKLOAD, tensorParallel: 2 };
    expect(() =>
      batchGrid({ label: 'a', model: full, workload, engine: llamacpp() }, [4096], [1, 2]),
    ).toThrow(/^tensorParallel is 2/);
  });
});
