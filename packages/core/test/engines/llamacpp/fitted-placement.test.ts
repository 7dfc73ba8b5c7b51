import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { computeBuffers } from '../../../src/engines/llamacpp/compute-buffers.js';
import { type FitQuestion, fittedPlacement } from '../../../src/engines/llamacpp/fitted-placement.js';
import { placedCache } from '../../../src/engines/llamacpp/placed-cache.js';
import { type PlacementFlags, placementOf } from '../../../src/engines/llamacpp/placement.js';
import { placedWeights } from '../../../src/engines/llamacpp/weights.js';
import { type GgufMetadata, type GgufTensor, modelFromGguf } from '../../../src/import/gguf.js';

interface Golden {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly metadata: GgufMetadata;
        readonly tensors: readonly (readonly [string, readonly number[], number])[];
      }
    >
  >;
  readonly cases: readonly {
    readonly model: string;
    readonly free: readonly number[];
    readonly ctxSize: number;
    readonly numSequences: number;
    readonly isServer: boolean;
    readonly kvUnified: boolean;
    readonly answer: {
      readonly outcome: number;
      readonly ctxSize: number;
      readonly gpuLayers: number;
      readonly tensorSplit: readonly number[];
      readonly overrides: NonNullable<PlacementFlags['overrides']>;
    };
  }[];
}

/** What llama.cpp v0.5.0 chooses: `tooling/conformance/llamacpp/plan/fit.mjs`. */
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../golden/llamacpp-fit.json', import.meta.url), 'utf8'),
);

const MARGIN = 2 ** 30;

function questionOf(one: Omit<Golden['cases'][number], 'answer'>): FitQuestion {
  const entry = golden.models[one.model] as Golden['models'][string];
  const tensors: readonly GgufTensor[] = entry.tensors.map(([name, shape, type]) => ({ name, shape, type }));
  const model = modelFromGguf(entry.metadata, tensors, { id: one.model, source: 'golden' });
  const { numSequences } = one;
  return {
    model,
    workload: {
      ...DEFAULT_WORKLOAD,
      keyDtype: 'fp16',
      valueDtype: 'fp16',
      contextLength: one.ctxSize === 0 ? (model.maxPositionEmbeddings as number) : one.ctxSize / numSequences,
      numSequences,
    },
    isContextFree: one.ctxSize === 0,
    settings: { kvUnified: one.kvUnified },
    isServer: one.isServer,
    flags: {},
    free: one.free,
    marginBytes: MARGIN,
    tensors,
  };
}

/** Bytes of each device under what was chosen. */
function heldBy(question: FitQuestion, flags: PlacementFlags, ctxSize: number): readonly number[] {
  const { model, settings, isServer, tensors = [], free } = question;
  const placement = placementOf(model.numHiddenLayers, flags, free);
  const workload = { ...question.workload, contextLength: ctxSize / question.workload.numSequences };
  const weights = placedWeights(model, placement, tensors);
  const cache = placedCache(model, workload, settings, placement);
  const compute = computeBuffers(model, workload, settings, { isServer, isPlan: true, placement, tensors });
  return free.map(
    (_, device) => (weights[device]?.bytes ?? 0) + (cache[device] ?? 0) + (compute?.bytes[device] ?? 0),
  );
}

describe('what --fit of llama.cpp chooses', () => {
  test("is the engine's choice: context, layers, shares of the devices, experts that move", () => {
    for (const { answer, ...asked } of golden.cases) {
      const { flags, ctxSize } = fittedPlacement(questionOf(asked));
      const ours = {
        ctxSize,
        gpuLayers: flags.gpuLayers ?? -1,
        tensorSplit: asked.free.map((_, device) => flags.tensorSplit?.[device] ?? 0),
        overrides: flags.overrides ?? [],
      };
      const { outcome: _, ...theirs } = answer;
      expect([asked, ours]).toEqual([
        asked,
        { ...theirs, tensorSplit: theirs.tensorSplit.slice(0, asked.free.length) },
      ]);
    }
  });

  test('leaves the margin free on a device that got blocks', () => {
    const sizes = fc.array(fc.integer({ min: 3_000, max: 12_000 }), { minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(sizes, fc.constantFrom(0, 8192), (mebibytes, ctxSize) => {
        const free = mebibytes.map((size) => size * 2 ** 20);
        const question = questionOf({
          ...{ model: 'Llama-3.1-8B Q4_K_M', free, ctxSize },
          ...{ numSequences: 1, isServer: true, kvUnified: false },
        });
        const chosen = fittedPlacement(question);
        const held = heldBy(question, chosen.flags, chosen.ctxSize);
        free.forEach((bytes, device) => {
          if (chosen.flags.tensorSplit?.[device] !== 0 && chosen.flags.gpuLayers !== 0) {
            expect(held[device]).toBeLessThanOrEqual(bytes - MARGIN);
          }
        });
      }),
      { numRuns: 10 },
    );
  });

  test('gives up where layers are given and do not fit', () => {
    const question = questionOf({
      ...{ model: 'Llama-3.1-8B Q4_K_M', free: [4 * 2 ** 30], ctxSize: 8192 },
      ...{ numSequences: 1, isServer: true, kvUnified: false },
    });
    expect(fittedPlacement({ ...question, flags: { gpuLayers: 33 } }).outcome).toBe('given up');
  });
});
