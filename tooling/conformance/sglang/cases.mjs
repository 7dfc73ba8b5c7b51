/** Memory that is left for the pools, in bytes: 60 GiB and a little, so that it does not divide into whole pages. */
export const AVAILABLE_BYTES = 60 * 2 ** 30 + 12_345;

/** Workloads and settings that every model is asked for: around pages and windows, all dtypes, both parallelisms. */
const FOR_ALL = [
  { workload: { contextLength: 4096 }, settings: {} },
  { workload: { contextLength: 32_769, numSequences: 3 }, settings: {} },
  { workload: { contextLength: 100, numSequences: 2 }, settings: {} },
  { workload: { contextLength: 131_072, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' }, settings: {} },
  { workload: { contextLength: 20_000, keyDtype: 'fp8_e5m2', valueDtype: 'fp8_e5m2' }, settings: {} },
  { workload: { contextLength: 10_001, keyDtype: 'mxfp8', valueDtype: 'mxfp8' }, settings: {} },
  { workload: { contextLength: 10_001, keyDtype: 'nvfp4', valueDtype: 'nvfp4' }, settings: {} },
  { workload: { contextLength: 10_000, numSequences: 5, tensorParallel: 2 }, settings: {} },
  { workload: { contextLength: 50_000, tensorParallel: 8, pipelineParallel: 3 }, settings: {} },
  { workload: { contextLength: 7777, numSequences: 2 }, settings: { pageSize: 64 } },
];

const WITH_WINDOWS = [
  { workload: { contextLength: 30_000, numSequences: 2 }, settings: { disableHybridSwaMemory: true } },
  { workload: { contextLength: 30_000, numSequences: 2 }, settings: { swaFullTokensRatio: 0.25 } },
  { workload: { contextLength: 700, numSequences: 7 }, settings: { swaFullTokensRatio: 0.1, pageSize: 128 } },
];

const WITH_DRAFTS = [
  { workload: { contextLength: 8192, numSequences: 4 }, settings: { speculativeAlgorithm: 'EAGLE' } },
  {
    workload: { contextLength: 4000, numSequences: 2, tensorParallel: 2 },
    settings: {
      speculativeAlgorithm: 'EAGLE3',
      speculativeNumSteps: 4,
      speculativeEagleTopk: 2,
      speculativeNumDraftTokens: 7,
      maxRunningRequests: 17,
    },
  },
  { workload: { contextLength: 4096 }, settings: { speculativeAlgorithm: 'NGRAM' } },
];

const WITH_STATES = [
  { workload: { contextLength: 8192, numSequences: 4 }, settings: { disableRadixCache: true } },
  {
    workload: { contextLength: 8192, numSequences: 4 },
    settings: { mambaRadixCacheStrategy: 'extra_buffer', mambaSsmDtype: 'bfloat16' },
  },
  { workload: { contextLength: 8192 }, settings: { maxMambaCacheSize: 37 } },
];

/** The cases that suit a model. */
export function casesFor({ layers }) {
  const kinds = new Set(layers.flatMap((layer) => layer.parts ?? [layer]).map(({ kind }) => kind));
  return [
    ...FOR_ALL,
    ...(kinds.has('sliding') || kinds.has('chunked') ? WITH_WINDOWS : []),
    ...(kinds.has('recurrent') ? WITH_STATES : []),
    ...(kinds.has('compressed') ? [] : WITH_DRAFTS),
  ];
}
