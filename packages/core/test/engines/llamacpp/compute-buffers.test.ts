import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { llamacppBudget, STAND_IN_ERROR } from '../../../src/engines/llamacpp/budget.js';
import { computeBuffers } from '../../../src/engines/llamacpp/compute-buffers.js';
import { placedCache } from '../../../src/engines/llamacpp/placed-cache.js';
import { type PlacementFlags, placementOf } from '../../../src/engines/llamacpp/placement.js';
import type { LlamacppSettings } from '../../../src/engines/llamacpp/settings.js';
import { type GgufMetadata, type GgufTensor, modelFromGguf } from '../../../src/import/gguf.js';
import type { Model } from '../../../src/model/model.js';
import { exactly } from '../../../src/text/quantity.js';

interface Golden {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly metadata: GgufMetadata;
        readonly tensors: {
          readonly own: readonly string[];
          readonly blocks: readonly { readonly count: number; readonly names: readonly string[] }[];
        };
      }
    >
  >;
  readonly cases: readonly {
    readonly model: string;
    readonly devices: readonly number[];
    readonly flags: PlacementFlags;
    readonly isServer: boolean;
    readonly workload: Pick<Workload, 'contextLength' | 'numSequences' | 'keyDtype' | 'valueDtype'>;
    readonly settings: LlamacppSettings;
    readonly cache: readonly number[];
    readonly compute: readonly number[];
  }[];
}

/** What llama.cpp v0.5.0 plans: `tooling/conformance/llamacpp/plan/run.mjs`. */
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../golden/llamacpp-buffers.json', import.meta.url), 'utf8'),
);

/** Tensors by their names alone, which say what the graph is made of. */
function tensorsOf({ tensors }: Golden['models'][string]): readonly GgufTensor[] {
  let block = 0;
  const names = tensors.blocks.flatMap(({ count, names: own }) =>
    Array.from({ length: count }, () => {
      const path = `blk.${block}.`;
      block += 1;
      return own.map((name) => path + name);
    }).flat(),
  );
  return [...tensors.own, ...names].map((name) => ({ name, shape: [1], type: 0 }));
}

function modelOf(id: string): Model {
  const entry = golden.models[id] as Golden['models'][string];
  return modelFromGguf(entry.metadata, [], { id, source: 'golden' });
}

function casesOf(id: string) {
  const model = modelOf(id);
  const tensors = tensorsOf(golden.models[id] as Golden['models'][string]);
  return golden.cases
    .filter((one) => one.model === id)
    .map((one) => {
      const placement = placementOf(model.numHiddenLayers, one.flags, one.devices);
      const workload = { ...DEFAULT_WORKLOAD, ...one.workload };
      const options = { isServer: one.isServer, isPlan: true, placement, tensors };
      return {
        ...one,
        placement,
        ours: {
          cache: placedCache(model, workload, one.settings, placement),
          buffers: computeBuffers(model, workload, one.settings, options),
        },
      };
    });
}

const answered = Object.keys(golden.models).flatMap((id) => casesOf(id));
const rules = answered.filter(({ ours }) => ours.buffers?.isOwnGraph === true);
const standIns = answered.filter(({ ours }) => ours.buffers?.isOwnGraph === false);

describe('compute buffers of llama.cpp', () => {
  test("are the engine's, to the byte, where the graph of the architecture is known", () => {
    for (const { model, flags, workload, settings, compute, ours } of rules) {
      const asked = [model, flags, workload, settings];
      expect([...asked, ours.buffers?.bytes]).toEqual([...asked, compute]);
    }
    expect(rules.length).toBeGreaterThan(750);
  });

  test('are known for all published models of the golden file but those with blocks that read a cache elsewhere', () => {
    const published = standIns.filter(({ model }) => !model.startsWith('some '));
    expect(
      published.every(
        ({ model, flags, devices }) =>
          model.includes('E4B') && (flags.gpuLayers !== undefined || devices.length > 1),
      ),
    ).toBe(true);
  });

  test('are within the error that is stated, where another graph stands in', () => {
    const errors = standIns.map(({ compute, ours }) =>
      Math.abs((ours.buffers?.bytes[0] as number) / (compute[0] as number) - 1),
    );
    errors.sort((a, b) => a - b);
    const at = (share: number) => errors[Math.floor(share * (errors.length - 1))] as number;
    expect(errors.length).toBe(STAND_IN_ERROR.judgedOn);
    expect(at(0.5)).toBeCloseTo(STAND_IN_ERROR.median, 3);
    expect(at(0.9)).toBeCloseTo(STAND_IN_ERROR.p90, 3);
  });
});

describe('caches of llama.cpp', () => {
  test('lie where the engine puts them', () => {
    for (const { model, flags, workload, settings, cache, ours } of answered) {
      const asked = [model, flags, workload, settings];
      expect([...asked, ours.cache]).toEqual([...asked, cache]);
    }
  });
});

describe('the budget of a llama.cpp process', () => {
  const model = modelOf('meta-llama/Llama-3.1-8B');
  const workload = {
    ...DEFAULT_WORKLOAD,
    keyDtype: 'fp16',
    valueDtype: 'fp16',
    contextLength: 8192,
  } as const;
  const device = { total: exactly(24 * 2 ** 30) };

  test('has the buffers that the engine logs, and what no plan counts as a range', () => {
    const [gpu, host] = llamacppBudget(
      model,
      workload,
      {},
      { devices: [device], flags: {}, isServer: false },
    );
    const bytesOf = (name: string, parts = gpu?.parts) => parts?.find((part) => part.name === name)?.bytes;
    // sched_reserve: CUDA0 compute buffer size = 258.50 MiB, CUDA_Host 24.01 MiB; output buffer 0.49 MiB.
    expect(bytesOf('compute buffer')).toBe(258.5 * 2 ** 20);
    expect(bytesOf('compute buffer', host?.parts)).toBe(25_180_160);
    expect(bytesOf('output buffer', host?.parts)).toBe(4 * 128_256);
    expect(gpu?.parts.find(({ how }) => how === 'assumed')?.name).toBe('outside the plan');
  });

  test('leaves no more than there is, and its ends in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        (contextLength, gpuLayers, isServer) => {
          const budgets = llamacppBudget(
            model,
            { ...workload, contextLength },
            {},
            {
              devices: [device, device],
              flags: { gpuLayers },
              isServer,
            },
          );
          for (const { available, usable, parts } of budgets) {
            expect(available.low).toBeLessThanOrEqual(available.bytes);
            expect(available.bytes).toBeLessThanOrEqual(available.high);
            expect(available.high).toBeLessThanOrEqual(usable.high);
            expect(parts.every(({ low, bytes, high }) => low <= bytes && bytes <= high)).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('is larger with more tokens in a step, never smaller', () => {
    const bytes = [64, 128, 256, 512, 1024].map(
      (ubatchSize) =>
        computeBuffers(
          model,
          workload,
          { ubatchSize },
          {
            isServer: true,
            placement: placementOf(32, {}, [24 * 2 ** 30]),
          },
        )?.bytes[0] ?? 0,
    );
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  });

  test('refuses a main device that is not there, and shares that are none', () => {
    expect(() => placementOf(32, { splitMode: 'none', mainGpu: 2 }, [1, 1])).toThrow('--main-gpu is 2');
    expect(() => placementOf(32, { tensorSplit: [1, 2, 3] }, [1, 1])).toThrow('--tensor-split is 1,2,3');
  });
});
