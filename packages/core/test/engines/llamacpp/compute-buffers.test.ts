import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { computeBuffers } from '../../../src/engines/llamacpp/compute-buffers.js';
import { type PlacementFlags, placementOf } from '../../../src/engines/llamacpp/placement.js';
import type { LlamacppSettings } from '../../../src/engines/llamacpp/settings.js';
import { type GgufMetadata, type GgufTensor, modelFromGguf } from '../../../src/import/gguf.js';

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

describe('compute buffers of llama.cpp', () => {
  for (const [id, entry] of Object.entries(golden.models)) {
    test(`are the engine's, to the byte: ${id}`, () => {
      const model = modelFromGguf(entry.metadata, [], { id, source: 'golden' });
      const tensors = tensorsOf(entry);
      for (const { devices, flags, isServer, workload, settings, compute } of golden.cases.filter(
        (one) => one.model === id,
      )) {
        const placement = placementOf(model.numHiddenLayers, flags, devices);
        const options = { isServer, isPlan: true, placement, tensors };
        const buffers = computeBuffers(model, { ...DEFAULT_WORKLOAD, ...workload }, settings, options);
        expect([id, flags, workload, settings, buffers?.bytes]).toEqual([
          id,
          flags,
          workload,
          settings,
          compute,
        ]);
        expect(buffers?.isOwnGraph).toBe(true);
      }
    });
  }
});
