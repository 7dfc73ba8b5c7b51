import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllm } from '../../../src/engines/vllm/engine.js';
import { estimate } from '../../../src/estimate/estimate.js';
import type { Layer } from '../../../src/model/layer.js';
import { modelOf } from '../../arbitraries.js';
import { compressed, deepseekV4, FP8, indexed, latentWindow, run } from './models.js';

describe('DeepSeek-V4', () => {
  const layer = fc.constantFrom<Layer>(latentWindow, indexed, compressed);
  const any = fc.array(layer, { maxLength: 12 }).map((layers) => modelOf([indexed, ...layers]));

  it('stores no less than attention needs, in whole bytes, and more with every token', () => {
    const length = fc.integer({ min: 1, max: 300_000 });
    fc.assert(
      fc.property(any, length, fc.nat(1000), (model, contextLength, more) => {
        const use = { ...DEFAULT_WORKLOAD, ...FP8, contextLength };
        const { totalBytes } = run(model, use);
        expect(Number.isSafeInteger(totalBytes)).toBe(true);
        expect(totalBytes).toBeGreaterThanOrEqual(estimate(model, use).totalBytes);
        expect(run(model, { ...use, contextLength: contextLength + more }).totalBytes).toBeGreaterThanOrEqual(
          totalBytes,
        );
        expect(run(model, { ...use, numSequences: 3 }).totalBytes).toBe(3 * totalBytes);
      }),
    );
  });

  it('is stored in fp8 unless another dtype is asked for', () => {
    expect(vllm().kvCacheDtype?.(deepseekV4).dtype).toBe('fp8_e4m3');
  });
});
