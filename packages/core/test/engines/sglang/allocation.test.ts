import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../../src/estimate/estimate.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import { itGrowsWithContextAndSequences, itHoldsWhatAttentionNeeds } from '../allocation-properties.js';
import { workloadOf } from '../arbitraries.js';
import { architecture, dtype, fullLayer, model, settings, window, workload } from './arbitraries.js';
import { run } from './models.js';

describe('an allocation', () => {
  itHoldsWhatAttentionNeeds({ model, workload, settings, run });

  itGrowsWithContextAndSequences({ model, workload, settings, run });

  it('is what attention needs at whole pages, and one page more', () => {
    const uniform = fc.constantFrom('full' as const, 'latent' as const).chain(arbitrary.uniformModel);
    fc.assert(
      fc.property(uniform, workload, settings, (any, use, set) => {
        const { pageSize = 1 } = set;
        const whole = { ...use, contextLength: use.contextLength * pageSize };
        const page = { ...use, contextLength: pageSize, numSequences: 1 };
        expect(run(any, whole, set).totalBytes).toBe(
          estimate(any, whole).totalBytes + estimate(any, page).totalBytes,
        );
      }),
    );
  });

  it('takes no more for a window than for full attention', () => {
    fc.assert(
      fc.property(
        fullLayer,
        window,
        architecture,
        workload,
        settings,
        (heads, slidingWindow, name, use, set) => {
          const other = { architecture: name };
          const slides = run(modelOf([{ ...heads, kind: 'sliding', slidingWindow }], other), use, set);
          const keeps = run(modelOf([heads], other), use, set);
          expect(slides.totalBytes).toBeLessThanOrEqual(keeps.totalBytes);
        },
      ),
    );
  });

  it('treats keys and values alike', () => {
    fc.assert(
      fc.property(fullLayer, workloadOf(dtype), settings, (layer, use, set) => {
        const exchanged = { ...layer, keyHeadDim: layer.valueHeadDim, valueHeadDim: layer.keyHeadDim };
        const [pool] = run(modelOf([layer]), use, set).pools;
        const [other] = run(modelOf([exchanged]), use, set).pools;
        expect([other?.valueBytes, other?.keyBytes]).toEqual([pool?.keyBytes, pool?.valueBytes]);
      }),
    );
  });

  it('holds at least the whole on tensor-parallel devices together', () => {
    const ranks = fc.constantFrom(1, 2, 4, 8);
    fc.assert(
      fc.property(model, workload, settings, ranks, (any, use, set, tensorParallel) => {
        const split = run(any, { ...use, tensorParallel }, set);
        expect(split.totalBytes).toBe(tensorParallel * split.perDeviceBytes);
        expect(split.totalBytes).toBeGreaterThanOrEqual(run(any, use, set).totalBytes);
      }),
    );
  });

  it('is the same for replicas that share the devices as for fewer devices each', () => {
    fc.assert(
      fc.property(fullLayer, workload, fc.constantFrom(2, 4), (layer, use, dataParallel) => {
        const any = modelOf([layer]);
        const attention = run(
          any,
          { ...use, tensorParallel: 2 * dataParallel, dataParallel },
          { enableDpAttention: true },
        );
        const replicas = run(any, { ...use, tensorParallel: 2, dataParallel });
        expect(attention.totalBytes).toBe(replicas.totalBytes);
      }),
    );
  });

  it('grows by its bytes per token from page to page', () => {
    fc.assert(
      fc.property(fullLayer, workload, settings, (layer, use, set) => {
        const any = modelOf([layer]);
        const { pageSize = 1 } = set;
        const later = run(any, { ...use, contextLength: use.contextLength + pageSize }, set);
        const { totalBytes, bytesPerToken } = run(any, use, set);
        expect(later.totalBytes - totalBytes).toBe(pageSize * bytesPerToken * use.numSequences);
      }),
    );
  });
});
