import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shardsOf } from '../../src/deployment/shards.js';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import * as arbitrary from '../arbitraries.js';
import { modelOf } from '../arbitraries.js';

const parallelism = fc.record(
  {
    numSequences: fc.integer({ min: 1, max: 40 }),
    pipelineParallel: fc.integer({ min: 1, max: 12 }),
    dataParallel: fc.integer({ min: 1, max: 12 }),
  },
  { noNullPrototype: true },
);

describe('pipeline stages and replicas', () => {
  it('hold every layer and every sequence once', () => {
    fc.assert(
      fc.property(arbitrary.model, parallelism, (model, split) => {
        fc.pre(split.pipelineParallel <= model.numHiddenLayers);
        const shards = shardsOf(model, { ...DEFAULT_WORKLOAD, ...split });
        const held = shards.reduce(
          (sum, { replicas, layers, numSequences }) => sum + replicas * layers.length * numSequences,
          0,
        );
        expect(held).toBe(model.numHiddenLayers * split.numSequences);
        const sizes = shards.map(({ layers }) => layers.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('take together what one device takes, and none takes more', () => {
    fc.assert(
      fc.property(arbitrary.model, parallelism, (model, split) => {
        fc.pre(split.pipelineParallel <= model.numHiddenLayers);
        const { numSequences } = split;
        const whole = estimate(model, { ...DEFAULT_WORKLOAD, numSequences });
        const parts = estimate(model, { ...DEFAULT_WORKLOAD, ...split });
        expect(parts.totalBytes).toBe(whole.totalBytes);
        expect(parts.perDeviceBytes).toBeLessThanOrEqual(whole.perDeviceBytes);
        expect(parts.perDeviceBytes * split.pipelineParallel * split.dataParallel).toBeGreaterThanOrEqual(
          whole.totalBytes,
        );
      }),
    );
  });

  it('are refused where there are more stages than layers', () => {
    expect(() => shardsOf(modelOf([{ kind: 'none' }]), { ...DEFAULT_WORKLOAD, pipelineParallel: 2 })).toThrow(
      'pipelineParallel is 2, but test can be split into 1 at most',
    );
  });
});
