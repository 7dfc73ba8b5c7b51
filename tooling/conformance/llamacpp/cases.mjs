/** ggml's numbers of the cache types: `enum ggml_type`, ggml-org/llama.cpp v0.5.0, `ggml/include/ggml.h`. */
const GGML_TYPES = { fp32: 0, fp16: 1, q4_0: 2, q4_1: 3, q5_0: 6, q5_1: 7, q8_0: 8, iq4_nl: 20, bf16: 30 };
const FLASH_ATTN = { auto: -1, off: 0, on: 1 };

/** The cache types, by kv's names. */
export const CACHE_TYPES = Object.keys(GGML_TYPES);

/** What is asked about each model: lengths around the padding, sequences, cache types, batches. */
const CASES = [
  { contextLength: 1 },
  { contextLength: 255, numSequences: 2, keyDtype: 'bf16', valueDtype: 'bf16' },
  { contextLength: 257, numSequences: 5 },
  { contextLength: 5000, numSequences: 3, keyDtype: 'q8_0', valueDtype: 'q8_0' },
  { contextLength: 32768 },
  { contextLength: 32768, numSequences: 4, keyDtype: 'q8_0', valueDtype: 'q4_0' },
  { contextLength: 8192, keyDtype: 'q5_1', valueDtype: 'iq4_nl', settings: { ubatchSize: 2048 } },
  { contextLength: 8192, keyDtype: 'q5_0', valueDtype: 'q5_0', settings: { ubatchSize: 1 } },
  {
    contextLength: 12345,
    numSequences: 2,
    keyDtype: 'fp32',
    valueDtype: 'fp16',
    settings: { flashAttn: 'off' },
  },
  { contextLength: 100000, keyDtype: 'q4_1', valueDtype: 'q4_1', settings: { batchSize: 300 } },
  { contextLength: 20000, numSequences: 2, settings: { swaFull: true } },
  { contextLength: 3000, numSequences: 4, settings: { kvUnified: true } },
  { contextLength: 777, numSequences: 3, settings: { kvUnified: true, swaFull: true } },
];

/** Whether the model has caches of keys alone, which the engine gives one type for keys and values. */
export function cachesKeysOnly({ layers }) {
  return partsOf(layers).some(
    ({ kind, expanded }) => kind === 'compressed' || (kind === 'latent' && expanded === undefined),
  );
}

/** Whether every head has whole blocks of 32 elements, so that quantized caches fit. */
export function hasWholeBlocks({ layers }) {
  return partsOf(layers).every(
    ({ keyHeadDim = 0, valueHeadDim = 0 }) => keyHeadDim % 32 === 0 && valueHeadDim % 32 === 0,
  );
}

/** The contexts to make of a model: what `kv` is told of each. */
export function casesOf(model) {
  const windows = partsOf(model.layers).some(({ kind }) =>
    ['sliding', 'chunked', 'compressed'].includes(kind),
  );
  return CASES.filter(({ settings = {} }) => settings.swaFull !== true || windows).map(
    ({ contextLength, numSequences = 1, keyDtype = 'fp16', valueDtype = 'fp16', settings = {} }) => {
      const key = hasWholeBlocks(model) ? keyDtype : 'fp16';
      const isFlashless = model.flashless === true && settings.flashAttn === undefined;
      const value = cachesKeysOnly(model) ? key : !hasWholeBlocks(model) || isFlashless ? 'fp16' : valueDtype;
      return { workload: { contextLength, numSequences, keyDtype: key, valueDtype: value }, settings };
    },
  );
}

/** The same as `llama_context_params`, with the defaults of `llama-server`. */
export function contextParams({ workload, settings }) {
  const { contextLength, numSequences, keyDtype, valueDtype } = workload;
  const {
    batchSize = 2048,
    ubatchSize = 512,
    kvUnified = false,
    swaFull = false,
    flashAttn = 'auto',
  } = settings;
  return {
    n_ctx: contextLength * numSequences,
    n_seq_max: numSequences,
    n_batch: batchSize,
    n_ubatch: ubatchSize,
    flash_attn_type: FLASH_ATTN[flashAttn],
    type_k: GGML_TYPES[keyDtype],
    type_v: GGML_TYPES[valueDtype],
    kv_unified: kvUnified,
    swa_full: swaFull,
  };
}

function partsOf(layers) {
  return layers.flatMap((layer) => layer.parts ?? [layer]);
}
