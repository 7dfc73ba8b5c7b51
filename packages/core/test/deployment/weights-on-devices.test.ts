import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/catalogue/index.js';
import { weightBytesPerDevice, weightsInDtype } from '../../src/deployment/weights-on-devices.js';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import { groupedQueryAttention } from '../../src/designs/attention.js';
import { modelFromConfig } from '../../src/import/config.js';
import type { Weights } from '../../src/model/model.js';

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

  it('gives each tensor-parallel device a key-value head at least, and norms whole', () => {
    const found = CATALOGUE.find(({ id }) => id === 'meta-llama/Llama-3.1-8B');
    const model = modelFromConfig(found?.config, { id: 'a test', source: 'a test' });
    const perDevice = (tensorParallel: number) =>
      weightBytesPerDevice(model, model.weights ?? { bytes: 0, source: '' }, {
        ...DEFAULT_WORKLOAD,
        tensorParallel,
      });
    // 32 layers of width 4096 with 32 query and 8 key-value heads of 128: `QKVParallelLinear` of vLLM on 16 devices.
    const [hidden, devices] = [4096, 16];
    const matrices = (2 * 128_256 * hidden + 32 * (2 * hidden * hidden + 3 * 14_336 * hidden)) / devices;
    const keysAndValues = 32 * 2 * 128 * hidden;
    const norms = 65 * hidden;
    expect(perDevice(devices)).toBe(2 * (matrices + keysAndValues + norms));
    expect(perDevice(1)).toBe(2 * 8_030_261_248);
  });

  it('is never less than an even share, and never more than all', () => {
    const known = CATALOGUE.flatMap(({ id, config }) => {
      const model = modelFromConfig(config, { id, source: 'a test' });
      return model.weights === undefined ? [] : [{ model, weights: model.weights }];
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.integer({ min: 1, max: 64 }),
        ({ model, weights }, devices) => {
          const on = (tensorParallel: number) =>
            weightBytesPerDevice(model, weights, { ...DEFAULT_WORKLOAD, tensorParallel });
          expect(on(devices)).toBeGreaterThanOrEqual(Math.floor(weights.bytes / devices));
          expect(on(devices)).toBeLessThanOrEqual(weights.bytes);
          expect(on(2 * devices)).toBeLessThanOrEqual(on(devices));
          expect(on(1)).toBe(weights.bytes);
        },
      ),
    );
  });
});
