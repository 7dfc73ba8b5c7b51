import fc from 'fast-check';
import { DEFAULT_WORKLOAD, type Workload } from '../src/deployment/workload.js';
import type { DtypeName } from '../src/model/dtype.js';
import { DTYPES } from '../src/model/dtype.js';
import type { CompositeLayer, KeyValueHeads, Layer, Memory, RecurrentLayer } from '../src/model/layer.js';
import type { Model } from '../src/model/model.js';

/** Head sizes that every dtype stores in whole blocks, as those of nearly all published models. */
const headDim = fc.integer({ min: 1, max: 8 }).map((blocks) => 32 * blocks);

export const keyValueHeads: fc.Arbitrary<KeyValueHeads> = fc.record({
  numKeyValueHeads: fc.constantFrom(1, 2, 4, 8, 16, 32),
  keyHeadDim: headDim,
  valueHeadDim: headDim,
});

const window = fc.integer({ min: 1, max: 5000 });

const expanded = fc.record({
  numAttentionHeads: fc.constantFrom(8, 16, 64, 128),
  qkNopeHeadDim: headDim,
  vHeadDim: headDim,
});
const indexer = fc.record({ indexHeadDim: headDim });

const convolution: fc.Arbitrary<NonNullable<RecurrentLayer['convolution']>> = fc
  .record({
    headChannels: fc.integer({ min: 1, max: 64 }).map((count) => 32 * count),
    numGroups: fc.constantFrom(1, 2, 4, 8),
    groupChannels: fc.integer({ min: 1, max: 8 }).map((count) => 32 * count),
    kernelSize: fc.integer({ min: 2, max: 5 }),
  })
  .map(({ headChannels, numGroups, groupChannels, kernelSize }) => ({
    channels: headChannels + numGroups * groupChannels,
    kernelSize,
    groups: { numGroups, groupChannels },
  }));

const state: fc.Arbitrary<NonNullable<RecurrentLayer['state']>> = fc.record({
  shape: fc.tuple(
    fc.constantFrom(8, 16, 32),
    fc.integer({ min: 1, max: 128 }),
    fc.integer({ min: 1, max: 128 }),
  ),
  dtype: fc.constantFrom<DtypeName | 'model'>('fp32', 'bf16', 'model'),
});

export const recurrentLayer: fc.Arbitrary<RecurrentLayer> = fc
  .record({
    mechanism: fc.constantFrom('mamba2' as const, 'gated_delta_net' as const),
    convolution,
    state,
  })
  .map((sizes) => ({ kind: 'recurrent', ...sizes }));

/** One arbitrary for each kind of memory that stores something. */
export const MEMORIES = {
  full: keyValueHeads.map((heads) => ({ kind: 'full' as const, ...heads })),
  sliding: fc
    .tuple(keyValueHeads, window)
    .map(([heads, slidingWindow]) => ({ kind: 'sliding' as const, ...heads, slidingWindow })),
  chunked: fc
    .tuple(keyValueHeads, window)
    .map(([heads, attentionChunkSize]) => ({ kind: 'chunked' as const, ...heads, attentionChunkSize })),
  latent: fc
    .record({ kvLoraRank: headDim, qkRopeHeadDim: headDim, expanded }, { noNullPrototype: true })
    .map((sizes) => ({ kind: 'latent' as const, ...sizes })),
  indexed: fc
    .record({ kvLoraRank: headDim, qkRopeHeadDim: headDim, expanded, indexer }, { noNullPrototype: true })
    .map((sizes) => ({ kind: 'latent' as const, ...sizes })),
  compressed: fc
    .record({ compressRatio: fc.constantFrom(4, 128), headDim, indexer }, { noNullPrototype: true })
    .map((sizes) => ({ kind: 'compressed' as const, ...sizes })),
  recurrent: recurrentLayer,
  cross: fc
    .tuple(keyValueHeads, fc.integer({ min: 0, max: 3000 }))
    .map(([heads, encoderTokens]) => ({ kind: 'cross' as const, ...heads, encoderTokens })),
} satisfies Record<string, fc.Arbitrary<Memory>>;

export type MemoryKind = keyof typeof MEMORIES;
export const MEMORY_KINDS = Object.keys(MEMORIES) as readonly MemoryKind[];

export const memory: fc.Arbitrary<Memory> = fc.oneof(...Object.values(MEMORIES));

const composite: fc.Arbitrary<CompositeLayer> = fc
  .tuple(MEMORIES.full, recurrentLayer)
  .map((parts) => ({ kind: 'composite', parts }));

export const layer: fc.Arbitrary<Layer> = fc.oneof(
  { weight: 8, arbitrary: memory },
  { weight: 1, arbitrary: composite },
  { weight: 1, arbitrary: fc.constant<Layer>({ kind: 'none' }) },
);

/** A model with these layers; all else is plain. */
export function modelOf(layers: readonly Layer[], sizes: Partial<Model> = {}): Model {
  const dtype = { dtype: 'bf16', reason: 'a test' } as const;
  return {
    id: 'test',
    name: 'test',
    source: 'hyperparameters',
    architecture: 'test',
    numHiddenLayers: layers.length,
    layers,
    dtype,
    kvCacheDtype: dtype,
    warnings: [],
    ...sizes,
  };
}

/** A model of any mixture of layers. */
export const model: fc.Arbitrary<Model> = fc
  .array(layer, { minLength: 1, maxLength: 12 })
  .map((layers) => modelOf(layers));

/** A model whose layers all remember the same. */
export function uniformModel(kind: MemoryKind): fc.Arbitrary<Model> {
  return fc
    .tuple(MEMORIES[kind] as fc.Arbitrary<Memory>, fc.integer({ min: 1, max: 6 }))
    .map(([same, count]) => modelOf(Array.from({ length: count }, () => same)));
}

export const dtype: fc.Arbitrary<DtypeName> = fc.constantFrom(...DTYPES.map(({ name }) => name));
export const contextLength = fc.integer({ min: 1, max: 200_000 });
export const numSequences = fc.integer({ min: 1, max: 64 });

/** A workload on one device. */
export const workload: fc.Arbitrary<Workload> = fc
  .record({ contextLength, numSequences, keyDtype: dtype, valueDtype: dtype }, { noNullPrototype: true })
  .map((use) => ({ ...DEFAULT_WORKLOAD, ...use }));
