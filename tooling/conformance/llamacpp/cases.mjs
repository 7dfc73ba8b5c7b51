/** ggml's numbers of the cache types: `enum ggml_type`, ggml-org/llama.cpp v0.5.0, `ggml/include/ggml.h`. */
const GGML_TYPES = { fp32: 0, fp16: 1, q4_0: 2, q4_1: 3, q5_0: 6, q5_1: 7, q8_0: 8, iq4_nl: 20, bf16: 30 };

/** What is asked about each model: lengths around the padding, sequences, cache types, batches. */
const CASES = [
  { contextLength: 1 },
  { contextLength: 255, numSequences: 2, keyDtype: 'bf16', valueDtype: 'bf16' },
  { contextLength: 257, numSequences: 5 },
  { contextLength: 5000, numSequences: 3, keyDtype: 'q8_0', valueDtype: 'q8_0' },
  { contextLength: 32768 },
  { contextLength: 32768, numSequences: 4, keyDtype: 'q8_0', valueDtype: 'q4_0' },
  { contextLength: 8192, keyDtype: 'q5_1', valueDtype: 'iq4_nl', ubatchSize: 2048 },
  { contextLength: 8192, keyDtype: 'q5_0', valueDtype: 'q5_0', ubatchSize: 1 },
  { contextLength: 12345, numSequences: 2, keyDtype: 'fp32', valueDtype: 'fp16', flashAttn: 'off' },
  { contextLength: 100000, keyDtype: 'q4_1', valueDtype: 'q4_1' },
  { contextLength: 20000, numSequences: 2, swaFull: true },
];

/** Whether the engine must take the memory of the model's caches to size them, so that they have to be short. */
export function hasStates({ layers }) {
  return layers
    .flatMap((layer) => layer.parts ?? [layer])
    .some(({ kind }) => kind === 'recurrent' || kind === 'compressed');
}

const LONGEST_WITH_STATES = 6001;

/**
 * The contexts to make of a model, each with what `kv` is told. A model with `evenSequences` gets a power of two of them,
 * since the engine aborts where a batch does not split evenly over its linear attention's sequences.
 */
export function casesOf(model) {
  const parts = model.layers.flatMap((layer) => layer.parts ?? [layer]);
  const has = (...kinds) => parts.some(({ kind }) => kinds.includes(kind));
  const keysOnly = has('latent', 'compressed') && parts.every(({ expanded }) => expanded === undefined);
  const blocks = parts.every(
    ({ keyHeadDim = 0, valueHeadDim = 0 }) => keyHeadDim % 32 === 0 && valueHeadDim % 32 === 0,
  );
  return CASES.filter(({ swaFull }) => swaFull !== true || has('sliding', 'chunked', 'compressed')).map(
    ({
      contextLength: length,
      numSequences: sequences = 1,
      keyDtype = 'fp16',
      valueDtype = 'fp16',
      swaFull,
      flashAttn,
      ubatchSize = 512,
    }) => {
      const contextLength = hasStates(model) ? Math.min(length, LONGEST_WITH_STATES) : length;
      const numSequences = model.evenSequences ? 2 ** Math.floor(Math.log2(sequences)) : sequences;
      const key = blocks ? keyDtype : 'fp16';
      const value = keysOnly || !blocks ? key : valueDtype;
      return {
        workload: { contextLength, numSequences, keyDtype: key, valueDtype: value },
        settings: {
          batchSize: ubatchSize,
          ubatchSize,
          ...(swaFull && { swaFull }),
          ...(flashAttn && { flashAttn }),
        },
        options: {
          contextSize: contextLength * numSequences,
          sequences: numSequences,
          batchSize: ubatchSize,
          flashAttention: flashAttn === 'off' ? false : 'auto',
          kvCacheKeyType: GGML_TYPES[key],
          kvCacheValueType: GGML_TYPES[value],
          swaFullCache: swaFull ?? false,
        },
      };
    },
  );
}
