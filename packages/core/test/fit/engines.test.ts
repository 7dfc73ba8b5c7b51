import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import { ideal } from '../../src/engines/ideal/engine.js';
import { estimate } from '../../src/estimate/estimate.js';
import { fullestOf } from '../../src/fit/budget.js';
import { MEMORIES, modelOf } from '../arbitraries.js';
import { engines, fitOf, fitted, freeOf, isWithin, MIB, NO_WEIGHTS, request } from './fits.js';

describe.each(engines)('what fits on %s', (name, engine) => {
  const use = (workload: Workload): Workload =>
    engine.splitsBy === 'pipelineParallel' ? { ...workload, tensorParallel: 1, dataParallel: 1 } : workload;

  it('is what estimate says fits, and one token or sequence more does not', () => {
    fc.assert(
      fc.property(request, (sizes) => {
        const workload = use(sizes.workload);
        const found = fitted({ ...sizes, workload, engine: name });
        fc.pre(found !== undefined);
        const { largestContext, mostSequences } = found;
        const free = freeOf(found);
        const { usable, parts } = fullestOf(found.budget);
        expect(free).toBe(usable.bytes - parts.reduce((sum, { bytes }) => sum + bytes, 0));
        for (const [searched, answer] of [
          ['contextLength', largestContext],
          ['numSequences', mostSequences],
        ] as const) {
          const value = answer[searched];
          const at = (other: number) =>
            isWithin(sizes.model, { ...workload, [searched]: other }, engine, free);
          if (value > 0) {
            expect(at(value)).toBe(true);
            const { totalBytes, perDeviceBytes } = estimate(
              sizes.model,
              { ...workload, [searched]: value },
              engine,
            );
            expect(answer).toMatchObject({ cacheBytes: totalBytes, cacheBytesPerDevice: perDeviceBytes });
          }
          switch (answer.limit) {
            case 'model':
              expect(value).toBe(sizes.model.maxPositionEmbeddings);
              break;
            case 'none':
              expect(at(value)).toBe(true);
              break;
            case 'weights':
              expect(free).toBeLessThan(0);
              expect(value).toBe(0);
              break;
            default:
              expect(at(value + 1)).toBe(false);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is what trying every length and number finds', () => {
    const small = fc.record({
      layers: fc.array(fc.oneof(MEMORIES.full, MEMORIES.sliding, MEMORIES.latent, MEMORIES.recurrent), {
        minLength: 1,
        maxLength: 3,
      }),
      memoryBytes: fc.integer({ min: 1000, max: 10 * MIB }),
      contextLength: fc.integer({ min: 1, max: 300 }),
      numSequences: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(small, ({ layers, memoryBytes, ...sizes }) => {
        const model = modelOf(layers, { maxPositionEmbeddings: 200 });
        const workload = { ...DEFAULT_WORKLOAD, ...sizes };
        const found = fitted({
          ...{ model, engine: name, workload, memoryBytes, weights: NO_WEIGHTS, overheadBytes: 0 },
          ...(name === 'vllm' ? { settings: { gpuMemoryUtilization: 1 } } : {}),
        });
        if (found === undefined) {
          return;
        }
        const longest = (most: number, at: (value: number) => Workload) => {
          let best = 0;
          for (let value = 1; value <= most; value++) {
            best = isWithin(model, at(value), engine, memoryBytes) ? value : best;
          }
          return best;
        };
        expect(found.largestContext.contextLength).toBe(
          longest(200, (contextLength) => ({ ...workload, contextLength })),
        );
        const { numSequences, limit } = found.mostSequences;
        if (limit !== 'none' && numSequences < 60) {
          expect(numSequences).toBe(longest(80, (count) => ({ ...workload, numSequences: count })));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never shrinks with more memory, fewer weights or less overhead', () => {
    fc.assert(
      fc.property(request, fc.integer({ min: 0, max: 500 * MIB }), (sizes, more) => {
        const workload = use(sizes.workload);
        const base = fitted({ ...sizes, workload, engine: name });
        if (base === undefined) {
          return;
        }
        const { weights, memoryBytes, overheadBytes } = sizes;
        for (const change of [
          { memoryBytes: memoryBytes + more },
          { weights: { ...weights, bytes: Math.max(0, weights.bytes - more) } },
          { overheadBytes: Math.max(0, overheadBytes - more) },
        ]) {
          const better = fitOf({ ...sizes, workload, engine: name, ...change });
          expect(better.largestContext.contextLength).toBeGreaterThanOrEqual(
            base.largestContext.contextLength,
          );
          expect(better.mostSequences.numSequences).toBeGreaterThanOrEqual(base.mostSequences.numSequences);
        }
      }),
    );
  });

  it('never shrinks with more devices to split over', () => {
    fc.assert(
      fc.property(request, (sizes) => {
        const [key, counts] =
          engine.splitsBy === 'pipelineParallel'
            ? (['pipelineParallel', [1, 2]] as const)
            : (['tensorParallel', [1, 2, 4]] as const);
        const alone = { ...sizes.workload, tensorParallel: 1, pipelineParallel: 1, dataParallel: 1 };
        // Engines that make pages of different layers equal may pad more where the layers are split.
        const kinds = new Set(sizes.model.layers.map((layer) => JSON.stringify(layer)));
        if (engine !== ideal && kinds.size > 1) {
          return;
        }
        const found = counts.flatMap((count) => {
          const one = fitted({ ...sizes, workload: { ...alone, [key]: count }, engine: name });
          return one === undefined ? [] : [one];
        });
        found.slice(1).forEach((more, index) => {
          const fewer = found[index];
          expect(more.largestContext.contextLength).toBeGreaterThanOrEqual(
            fewer?.largestContext.contextLength ?? 0,
          );
          expect(more.mostSequences.numSequences).toBeGreaterThanOrEqual(
            fewer?.mostSequences.numSequences ?? 0,
          );
        });
      }),
    );
  });
});
