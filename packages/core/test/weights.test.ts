import { describe, expect, it } from 'vitest';
import { groupedQueryAttention } from '../src/attention.js';
import type { Weights } from '../src/model.js';
import { weightBytesPerDevice, weightsInDtype } from '../src/weights.js';
import { DEFAULT_WORKLOAD, type Workload } from '../src/workload.js';

describe('weights in another dtype', () => {
  const parts = [
    { kind: 'embedding', parameters: 100, bytes: 200, activeParameters: 0, activeBytes: 0 },
    { kind: 'projection', parameters: 640, bytes: 1280, activeParameters: 640, activeBytes: 1280 },
    { kind: 'expert', parameters: 6400, bytes: 12_800, activeParameters: 640, activeBytes: 1280 },
    { kind: 'other', parameters: 10, bytes: 20, activeParameters: 10, activeBytes: 20 },
  ] as const;
  const weights: Weights = { parameters: 7150, bytes: 14_300, source: 'a test', parts };

  it('quantize the matrices of layers and experts alone', () => {
    expect(weightsInDtype(weights, 'int4', 'bf16')).toMatchObject({
      parameters: 7150,
      bytes: 200 + 320 + 3200 + 20,
      source: 'a test; in int4',
    });
    expect(weightsInDtype(weights, 'q4_0', 'bf16').bytes).toBe(220 + ((640 + 6400) / 32) * 18);
    expect(weightsInDtype(weights, 'fp32', 'bf16').bytes).toBe(4 * 7150);
  });

  it('convert all of it where the parts are not known, and refuse where nothing is', () => {
    expect(weightsInDtype({ parameters: 33, bytes: 66, source: '' }, 'q8_0', 'bf16').bytes).toBe(68);
    expect(() => weightsInDtype({ bytes: 66, source: 'an index' }, 'int4', 'bf16')).toThrow(
      'Only the bytes of the weights are known (an index)',
    );
  });
});

describe('weights on several devices', () => {
  it('splits weights over tensor-parallel devices, and by layers over stages with the largest one counted', () => {
    const model = groupedQueryAttention({ embDim: 4096, nHeads: 32, nLayers: 32, nKvGroups: 4 });
    const weightBytes = (changes: Partial<Workload>, weights: Weights = { bytes: 1000, source: '' }) =>
      weightBytesPerDevice(model, weights, { ...DEFAULT_WORKLOAD, ...changes });
    expect(weightBytes({ tensorParallel: 3 })).toBe(334);
    expect(weightBytes({ dataParallel: 2 })).toBe(1000);
    // 32 layers in 3 stages: 11, 11 and 10.
    expect(weightBytes({ pipelineParallel: 3 })).toBe(Math.ceil((1000 * 11) / 32));
    const part = (kind: 'embedding' | 'head' | 'projection', bytes: number) => ({
      ...{ kind, bytes, parameters: bytes, activeParameters: bytes, activeBytes: bytes },
    });
    const parts = [part('embedding', 100), part('projection', 800), part('head', 200)];
    expect(weightBytes({ pipelineParallel: 2 }, { bytes: 1100, source: '', parts })).toBe(400 + 200);
  });
});
