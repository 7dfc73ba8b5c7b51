import { memoriesOf } from '@kv/core';

/** Models whose code reads the text token by token, which takes its time. */
const READS_BY_TOKEN = /^(mamba|jamba|rwkv|recurrent_gemma|minimax$)/;

/** Quantized caches: few tokens, since every step quantizes or dequantizes all layers. */
const QUANTIZED = [
  { contextLength: 150, numSequences: 1 },
  { contextLength: 41, numSequences: 3, nbits: 2, residualLength: 8 },
  { contextLength: 41, numSequences: 1, qGroupSize: 32, residualLength: 5 },
  { contextLength: 41, numSequences: 3, backend: 'hqq', residualLength: 8 },
  { contextLength: 41, numSequences: 1, backend: 'hqq', nbits: 3, residualLength: 5 },
  { contextLength: 41, numSequences: 1, backend: 'hqq', nbits: 8, residualLength: 1 },
  { contextLength: 41, numSequences: 1, backend: 'hqq', nbits: 1, afterPrefill: true },
  { contextLength: 41, numSequences: 3, backend: 'fp8' },
];
const QUANTIZED_MODELS = ['meta-llama/Llama-3.1-8B', 'tiiuae/falcon-7b', 'deepseek-ai/DeepSeek-V3'];

/** Releases on both sides of the two changes of what a latent is cached as, and the models that they changed. */
export const OLDER_VERSIONS = ['5.14.1', '5.15.0', '5.17.0', '5.18.0'];
export const MODELS_OF_OLDER_VERSIONS = [
  'deepseek-ai/DeepSeek-V3',
  'deepseek-ai/DeepSeek-V3.2',
  'zai-org/GLM-5',
];

/** Lengths around the window or the compression, one sequence and three, dynamic, static and right after the prompt. */
export function casesFor(model, config) {
  const memories = model.layers.flatMap(memoriesOf);
  const window = memories.map((memory) => memory.slidingWindow ?? memory.attentionChunkSize).find(Boolean);
  const isCompressed = memories.some(({ kind }) => kind === 'compressed');
  const encoderTokens = memories.find(({ kind }) => kind === 'cross')?.encoderTokens;
  const length = READS_BY_TOKEN.test(config.model_type) ? 40 : isCompressed ? 1280 : (window ?? 2000) + 7;
  const known = (workload, settings = {}) => ({ workload, settings, encoderTokens });
  return [
    known({ contextLength: 1, numSequences: 1 }),
    known({ contextLength: isCompressed || window === undefined ? 128 : window, numSequences: 1 }),
    known({ contextLength: length, numSequences: 3 }),
    known(
      { contextLength: length, numSequences: 1 },
      { cacheImplementation: 'static', maxCacheLen: Math.max(length, encoderTokens ?? 0) + 500 },
    ),
    known({ contextLength: length, numSequences: 1 }, { afterPrefill: true }),
    ...(QUANTIZED_MODELS.includes(model.id) ? QUANTIZED : []).map(
      ({ contextLength, numSequences, ...settings }) =>
        known({ contextLength, numSequences }, { cacheImplementation: 'quantized', ...settings }),
    ),
  ].filter(
    ({ workload }) => workload.contextLength <= 10_000 && (length !== 40 || workload.contextLength <= 40),
  );
}
