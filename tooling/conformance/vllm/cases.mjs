/** Memory that the engine gets, in bytes: 400 GiB and a little, so that it does not divide into whole blocks. */
export const AVAILABLE_BYTES = 400 * 2 ** 30 + 12_345;

const FP8 = { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' };

/** Workloads and settings that every model is asked for: around blocks and windows, all dtypes, both cache modes. */
const FOR_ALL = [
  { workload: { contextLength: 4096 }, settings: {} },
  { workload: { contextLength: 32_769 }, settings: {} },
  { workload: { contextLength: 131_072 }, settings: { maxNumBatchedTokens: 2048 } },
  { workload: { contextLength: 20_000 }, settings: { asyncScheduling: false, enablePrefixCaching: false } },
  {
    workload: { contextLength: 65_536, ...FP8 },
    settings: { gdnPrefillBackend: 'triton' },
  },
  { workload: { contextLength: 10_000, tensorParallel: 2 }, settings: { mambaSsmCacheDtype: 'float32' } },
  { workload: { contextLength: 50_000, tensorParallel: 8, pipelineParallel: 3 }, settings: {} },
  { workload: { contextLength: 7777 }, settings: { blockSize: 256 } },
];

const WITHOUT_HYBRID_MANAGER = {
  workload: { contextLength: 30_000 },
  settings: { disableHybridKvCacheManager: true },
};
const WITH_CHUNKS = {
  workload: { contextLength: 100_000 },
  settings: { disableHybridKvCacheManager: false },
};
const OVER_CONTEXTS = {
  workload: { contextLength: 100_001, tensorParallel: 8, contextParallel: 4 },
  settings: {},
};

const QUANTIZED = ['fp8_per_token_head', 'int8', 'int4', 'nvfp4'].map((dtype) => ({
  workload: { contextLength: 12_345, keyDtype: dtype, valueDtype: dtype },
  settings: {},
}));

const SPECULATIVE = [
  { workload: { contextLength: 40_000 }, settings: { numSpeculativeTokens: 3, specMethod: 'ngram' } },
  {
    workload: { contextLength: 40_000, tensorParallel: 2 },
    settings: { numSpeculativeTokens: 1, specMethod: 'ngram', enablePrefixCaching: false },
  },
];

const PREDICTED = [
  { workload: { contextLength: 40_000, ...FP8 }, settings: { numSpeculativeTokens: 2, specMethod: 'mtp' } },
  {
    workload: { contextLength: 40_000, pipelineParallel: 2 },
    settings: { numSpeculativeTokens: 1, specMethod: 'mtp', enablePrefixCaching: false },
  },
];

/** The cases that suit a model. */
export function casesFor({ layers, numNextnPredictLayers = 0 }) {
  const kinds = new Set(layers.flatMap((layer) => layer.parts ?? [layer]).map(({ kind }) => kind));
  if (kinds.has('compressed')) {
    return FOR_ALL.map(({ workload, settings }) => ({ workload: { ...workload, ...FP8 }, settings }));
  }
  return [
    ...FOR_ALL,
    ...(kinds.has('sliding') && kinds.has('full') ? [WITHOUT_HYBRID_MANAGER] : []),
    ...(kinds.has('chunked') ? [WITH_CHUNKS] : []),
    ...(speculates(layers) ? SPECULATIVE : []),
    ...(numNextnPredictLayers > 0 && predicts(layers) ? PREDICTED : []),
    ...(isPlain(layers) ? QUANTIZED : []),
    ...(kinds.has('latent') && kinds.size === 1 ? [OVER_CONTEXTS] : []),
  ];
}

/** Heads of the kinds that kernels with scales beside the elements take, keys and values of one size. */
function isPlain(layers) {
  const memories = layers.flatMap((layer) => layer.parts ?? [layer]);
  return (
    memories.some(({ kind }) => kind === 'full' || kind === 'sliding') &&
    memories.every(
      ({ kind, indexer, keyHeadDim, valueHeadDim }) =>
        ['full', 'sliding', 'recurrent', 'none', 'shared'].includes(kind) &&
        indexer === undefined &&
        keyHeadDim === valueHeadDim &&
        (keyHeadDim ?? 16) % 16 === 0,
    )
  );
}

/** Layers that those for multi-token prediction are like, and states that tokens are speculated beside. */
function predicts(layers) {
  return layers.every(
    ({ kind, mechanism }) =>
      ['full', 'latent', 'none'].includes(kind) || mechanism === 'mamba2' || mechanism === 'gated_delta_net',
  );
}

/** Recurrent layers of the kinds that keep states of speculated tokens and say so when blocks are aligned. */
function speculates(layers) {
  const recurrent = layers
    .flatMap((layer) => layer.parts ?? [layer])
    .filter(({ kind }) => kind === 'recurrent');
  return (
    recurrent.length > 0 &&
    recurrent.every(({ mechanism }) => mechanism === 'mamba2' || mechanism === 'gated_delta_net')
  );
}
