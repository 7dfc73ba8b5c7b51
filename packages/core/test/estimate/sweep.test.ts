import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { ideal } from '../../src/engines/ideal/engine.js';
import { estimate } from '../../src/estimate/estimate.js';
import { doublingLengths, sweep } from '../../src/estimate/sweep.js';
import * as arbitrary from '../arbitraries.js';

describe('a sweep', () => {
  it('is an estimate at each length', () => {
    fc.assert(
      fc.property(
        arbitrary.model,
        arbitrary.workload,
        fc.array(arbitrary.contextLength, { maxLength: 10 }),
        (model, workload, lengths) => {
          const { contextLengths, series } = sweep([{ label: 'a', model, workload, engine: ideal }], lengths);
          expect(contextLengths).toEqual(lengths);
          expect([...(series[0]?.totalBytes ?? [])]).toEqual(
            lengths.map((contextLength) => estimate(model, { ...workload, contextLength }).totalBytes),
          );
        },
      ),
    );
  });

  it('refuses lengths that make no sense', () => {
    expect(() => sweep([], [256, 0])).toThrow('contextLength is 0');
    expect(() => sweep([], [Number.NaN])).toThrow('contextLength is NaN');
  });

  it('refuses a length at which the result is no longer exact', () => {
    const model = arbitrary.modelOf([
      { kind: 'full', numKeyValueHeads: 8, keyHeadDim: 128, valueHeadDim: 128 },
    ]);
    const item = { label: 'a', model, workload: DEFAULT_WORKLOAD, engine: ideal };
    expect(() => sweep([item], [1, 2 ** 45])).toThrow('2^53 - 1');
  });
});

describe('doubling lengths', () => {
  it('begin and end where they are told, and never more than double', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(1e7), (minimum, more) => {
        const maximum = minimum + more;
        const lengths = doublingLengths(minimum, maximum);
        expect(lengths[0]).toBe(minimum);
        expect(lengths.at(-1)).toBe(maximum);
        lengths.slice(1).forEach((length, index) => {
          const before = lengths[index] ?? 0;
          expect(length > before && length <= 2 * before).toBe(true);
        });
      }),
    );
  });

  it('are refused where they end before they begin', () => {
    expect(() => doublingLengths(512, 256)).toThrow('the longest context length is 256');
  });
});
