import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import { DTYPES } from '../../../src/model/dtype.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';

function bytesOf(model: Model, workload: Partial<Workload> = {}): number {
  return estimate(model, { ...DEFAULT_WORKLOAD, ...workload }).totalBytes;
}

const fullLayer = { kind: 'full', numKeyValueHeads: 8, keyHeadDim: 128, valueHeadDim: 128 } as const;

describe('an allocation', () => {
  it('is the sum of its pools, in exact integers', () => {
    fc.assert(
      fc.property(arbitrary.model, arbitrary.workload, (model, workload) => {
        const { totalBytes, perDeviceBytes, pools } = estimate(model, workload);
        for (const pool of pools) {
          expect(pool.bytes).toBe(pool.keyBytes + pool.valueBytes + pool.stateBytes);
          for (const value of Object.values(pool).filter((item) => typeof item === 'number')) {
            expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
          }
        }
        expect(totalBytes).toBe(pools.reduce((sum, { bytes }) => sum + bytes, 0));
        expect(perDeviceBytes).toBe(totalBytes);
      }),
    );
  });

  it('says its arithmetic in every pool', () => {
    fc.assert(
      fc.property(arbitrary.model, arbitrary.workload, (model, workload) => {
        for (const { layers, explanation } of estimate(model, workload).pools) {
          expect(explanation.join()).toMatch(/^\d+ layers x \d+ x /);
          const counted = explanation.join().matchAll(/(\d+) layers/g);
          expect([...counted].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(layers);
        }
      }),
    );
  });

  it('does not depend on the order of layers', () => {
    fc.assert(
      fc.property(arbitrary.model, arbitrary.workload, (model, workload) => {
        const reversed = modelOf([...model.layers].reverse());
        expect(estimate(reversed, workload).totalBytes).toBe(estimate(model, workload).totalBytes);
      }),
    );
  });
});

describe.each(arbitrary.MEMORY_KINDS)('a %s layer', (kind) => {
  const uniform = arbitrary.uniformModel(kind);

  it('costs in proportion to layers and sequences', () => {
    fc.assert(
      fc.property(uniform, arbitrary.workload, (model, workload) => {
        const [layer] = model.layers;
        const one = estimate(modelOf(layer === undefined ? [] : [layer]), { ...workload, numSequences: 1 });
        expect(estimate(model, workload).totalBytes).toBe(
          one.totalBytes * model.numHiddenLayers * workload.numSequences,
        );
      }),
    );
  });

  it('never costs less at a longer context', () => {
    fc.assert(
      fc.property(uniform, arbitrary.workload, fc.nat(10_000), (model, workload, more) => {
        const longer = { ...workload, contextLength: workload.contextLength + more };
        expect(estimate(model, longer).totalBytes).toBeGreaterThanOrEqual(
          estimate(model, workload).totalBytes,
        );
      }),
    );
  });

  it('costs what each key and value dtype says, and keys and values add up', () => {
    fc.assert(
      fc.property(uniform, arbitrary.workload, (model, workload) => {
        const { keyDtype, valueDtype } = workload;
        const mixed = estimate(model, workload);
        const asKeys = estimate(model, { ...workload, valueDtype: keyDtype });
        const asValues = estimate(model, { ...workload, keyDtype: valueDtype });
        const sum = (allocation: Allocation, part: 'keyBytes' | 'valueBytes' | 'stateBytes') =>
          allocation.pools.reduce((total, pool) => total + pool[part], 0);
        expect(sum(mixed, 'keyBytes')).toBe(sum(asKeys, 'keyBytes'));
        expect(sum(mixed, 'valueBytes')).toBe(sum(asValues, 'valueBytes'));
        expect(sum(mixed, 'stateBytes')).toBe(sum(asKeys, 'stateBytes'));
      }),
    );
  });

  it.each(DTYPES)('takes its share of blocks of $name', ({ name, blockSize, blockBytes }) => {
    fc.assert(
      fc.property(uniform, arbitrary.contextLength, (model, contextLength) => {
        const inDtype = estimate(model, {
          ...DEFAULT_WORKLOAD,
          contextLength,
          keyDtype: name,
          valueDtype: name,
        });
        const inFp32 = estimate(model, {
          ...DEFAULT_WORKLOAD,
          contextLength,
          keyDtype: 'fp32',
          valueDtype: 'fp32',
        });
        const state = inFp32.pools.reduce((sum, { stateBytes }) => sum + stateBytes, 0);
        expect(inDtype.totalBytes).toBe(((inFp32.totalBytes - state) / 4 / blockSize) * blockBytes + state);
      }),
    );
  });

  it('grows by its bytes per token, until it grows no more', () => {
    fc.assert(
      fc.property(uniform, arbitrary.workload, (model, workload) => {
        const allocation = estimate(model, { ...workload, numSequences: 1 });
        const ratio = kind === 'compressed' ? ratioOf(model) : 1;
        const later = estimate(model, {
          ...workload,
          numSequences: 1,
          contextLength: workload.contextLength + ratio,
        });
        const grown = later.totalBytes - allocation.totalBytes;
        expect(allocation.bytesPerToken).toBe(Math.ceil(grown / ratio));
      }),
    );
  });

  it('is split over tensor-parallel devices that together hold at least the whole', () => {
    fc.assert(
      fc.property(
        uniform,
        arbitrary.workload,
        fc.integer({ min: 1, max: 64 }),
        (model, workload, tensorParallel) => {
          const whole = estimate(model, workload);
          const split = estimate(model, { ...workload, tensorParallel });
          expect(split.totalBytes).toBe(split.perDeviceBytes * tensorParallel);
          expect(split.totalBytes).toBeGreaterThanOrEqual(whole.totalBytes);
          expect(split.perDeviceBytes).toBeLessThanOrEqual(whole.totalBytes);
        },
      ),
    );
  });

  it('is split over context-parallel devices that together hold at least the whole', () => {
    fc.assert(
      fc.property(
        uniform,
        arbitrary.workload,
        fc.integer({ min: 1, max: 16 }),
        (model, workload, contextParallel) => {
          const whole = estimate(model, workload);
          const split = estimate(model, { ...workload, contextParallel });
          expect(split.totalBytes).toBe(split.perDeviceBytes * contextParallel);
          expect(split.totalBytes).toBeGreaterThanOrEqual(whole.totalBytes);
          expect(split.perDeviceBytes).toBeLessThanOrEqual(whole.totalBytes);
        },
      ),
    );
  });
});

function ratioOf(model: Model): number {
  const [layer] = model.layers;
  return layer?.kind === 'compressed' ? layer.compressRatio : 1;
}

describe('full attention', () => {
  it('is the textbook formula: 2 x layers x heads x dim x tokens x bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 128 }),
        fc.integer({ min: 1, max: 128 }),
        fc.integer({ min: 1, max: 512 }),
        arbitrary.contextLength,
        arbitrary.numSequences,
        (numLayers, numKeyValueHeads, headDim, contextLength, numSequences) => {
          const layer: Layer = { kind: 'full', numKeyValueHeads, keyHeadDim: headDim, valueHeadDim: headDim };
          const model = modelOf(Array.from({ length: numLayers }, () => layer));
          expect(bytesOf(model, { contextLength, numSequences })).toBe(
            2 * numLayers * numKeyValueHeads * headDim * contextLength * numSequences * 2,
          );
        },
      ),
    );
  });

  it('replicates heads where there are more devices than heads', () => {
    const model = modelOf([fullLayer]);
    const whole = bytesOf(model);
    expect(bytesOf(model, { tensorParallel: 8 })).toBe(whole);
    expect(bytesOf(model, { tensorParallel: 32 })).toBe(4 * whole);
  });
});

describe('a window', () => {
  it.each(['sliding', 'chunked'] as const)(
    'caps a %s layer, and never costs more than full attention',
    (kind) => {
      fc.assert(
        fc.property(
          arbitrary.keyValueHeads,
          fc.integer({ min: 1, max: 5000 }),
          arbitrary.workload,
          (heads, window, workload) => {
            const full = modelOf([{ kind: 'full', ...heads }]);
            const windowed = modelOf([
              kind === 'sliding'
                ? { kind, ...heads, slidingWindow: window }
                : { kind, ...heads, attentionChunkSize: window },
            ]);
            const capped = { ...workload, contextLength: Math.min(workload.contextLength, window) };
            expect(estimate(windowed, workload).totalBytes).toBe(estimate(full, capped).totalBytes);
          },
        ),
      );
    },
  );

  it('caps a windowed latent', () => {
    const layer = { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 0, slidingWindow: 128 } as const;
    expect(bytesOf(modelOf([layer]), { contextLength: 127 })).toBe(127 * 1024);
    expect(bytesOf(modelOf([layer]), { contextLength: 100_000 })).toBe(128 * 1024);
  });
});

describe('facts from papers and model cards', () => {
  // DeepSeek-V3 (arXiv:2412.19437) keeps (512 + 64) elements a token in each of 61 layers: 70,272 bytes in bf16.
  it('DeepSeek-V3 keeps 70,272 bytes a token', () => {
    const layers = Array.from(
      { length: 61 },
      () => ({ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }) as const,
    );
    expect(estimate(modelOf(layers), DEFAULT_WORKLOAD).bytesPerToken).toBe(70_272);
  });

  // Llama 3.1 8B: 32 layers, 8 KV heads of 128: 128 KiB a token, 16 GiB at 128k
  // (huggingface.co/blog/llama31, table of KV cache sizes).
  it('Llama 3.1 8B takes 16 GiB at 128k', () => {
    const layers = Array.from({ length: 32 }, () => fullLayer);
    expect(bytesOf(modelOf(layers), { contextLength: 131_072 })).toBe(16 * 2 ** 30);
  });

  // Mamba 2.8B (arXiv:2312.00752): 64 layers, d_inner 5120, d_state 16, d_conv 4.
  it('a Mamba state is the same at any length', () => {
    const layer = {
      kind: 'recurrent',
      mechanism: 'mamba',
      convolution: { channels: 5120, kernelSize: 4 },
      state: { shape: [5120, 16], dtype: 'fp32' },
    } as const;
    const model = modelOf(Array.from({ length: 64 }, () => layer));
    const expected = 64 * (5120 * 3 * 2 + 5120 * 16 * 4);
    expect(bytesOf(model, { contextLength: 1 })).toBe(expected);
    expect(bytesOf(model, { contextLength: 1_000_000 })).toBe(expected);
  });

  it('an indexer keeps its keys beside the latent', () => {
    const latent = { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 } as const;
    const indexed = { ...latent, indexer: { indexHeadDim: 128 } };
    expect(bytesOf(modelOf([indexed])) - bytesOf(modelOf([latent]))).toBe(4096 * 128 * 2);
  });

  it('cross attention keeps the tokens of the encoder, whatever the context', () => {
    // Whisper: 1500 positions of the encoder.
    const cross = {
      kind: 'cross',
      numKeyValueHeads: 20,
      keyHeadDim: 64,
      valueHeadDim: 64,
      encoderTokens: 1500,
    } as const;
    expect(bytesOf(modelOf([cross]), { contextLength: 1 })).toBe(1500 * 20 * 128 * 2);
    expect(bytesOf(modelOf([cross]), { contextLength: 448 })).toBe(1500 * 20 * 128 * 2);
  });

  it('shared and empty layers keep nothing', () => {
    const layers: Layer[] = [fullLayer, { kind: 'shared', sharesWith: 0 }, { kind: 'none' }];
    expect(bytesOf(modelOf(layers))).toBe(bytesOf(modelOf([fullLayer])));
  });

  it('a layer with two memories keeps both', () => {
    const other = {
      kind: 'recurrent',
      mechanism: 'mamba2',
      state: { shape: [8, 64, 128], dtype: 'fp32' },
    } as const;
    expect(bytesOf(modelOf([{ kind: 'composite', parts: [fullLayer, other] }]))).toBe(
      bytesOf(modelOf([fullLayer])) + bytesOf(modelOf([other])),
    );
  });
});

describe('bad workloads', () => {
  it.each([
    'contextLength',
    'numSequences',
    'tensorParallel',
    'pipelineParallel',
    'dataParallel',
    'contextParallel',
  ])('a %s that is no positive integer is refused by name', (field) => {
    for (const value of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 60]) {
      expect(() => bytesOf(modelOf([fullLayer]), { [field]: value })).toThrow(`${field} is ${value}`);
    }
  });

  it('a result beyond 2^53 - 1 bytes is refused, never rounded', () => {
    const model = modelOf([fullLayer]);
    expect(bytesOf(model, { contextLength: 2 ** 41 - 1 })).toBe((2 ** 41 - 1) * 4096);
    expect(() => bytesOf(model, { contextLength: 2 ** 41 })).toThrow(InputError);
    expect(() => bytesOf(model, { contextLength: 2 ** 50, numSequences: 2 ** 50 })).toThrow(InputError);
  });
});
