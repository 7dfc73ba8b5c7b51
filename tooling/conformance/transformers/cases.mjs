import { memoriesOf } from '@kv/core';

const READS_BY_TOKEN = /^(mamba|jamba|rwkv|recurrent_gemma|minimax$)/;

/** Whether the model's code reads the text token by token, which takes its time. */
export function readsByToken({ model_type: modelType }) {
  return READS_BY_TOKEN.test(modelType);
}

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
const QUANTIZED_MODELS = ['meta-llama/Llama-3.1-8B', 'tiiuae/falcon-7b', 'deepseek-ai/DeepSeek-R1'];

/** Published configs that transformers' own classes do not read as what they are. */
export const MISREAD = [
  // Its class wants the base of its rotary positions, which the catalogue leaves out.
  'databricks/dbrx-base',
  // Names no `model_type`.
  'hpcai-tech/grok-1',
  // Names the `model_type` of another model, `git`.
  'xai-org/grok-2',
  // Has the field names of Zyphra's own classes.
  'Zyphra/Zamba2-7B',
];

/** Releases on both sides of the two changes of what a latent is cached as, and the models that they changed. */
export const OLDER_VERSIONS = ['5.14.1', '5.15.0', '5.17.0', '5.18.0'];
export const MODELS_OF_OLDER_VERSIONS = [
  'deepseek-ai/DeepSeek-V3',
  'deepseek-ai/DeepSeek-V3.2',
  'zai-org/GLM-5',
];

/**
 * Lengths around the window or the compression, one sequence and three; dynamic, static and right after the prompt.
 *
 * @param config that the model was read from.
 */
export function casesFor(model, config) {
  const memories = model.layers.flatMap(memoriesOf);
  const window = memories.map((memory) => memory.slidingWindow ?? memory.attentionChunkSize).find(Boolean);
  const isCompressed = memories.some(({ kind }) => kind === 'compressed');
  const encoderTokens = memories.find(({ kind }) => kind === 'cross')?.encoderTokens;
  const long = readsByToken(config) ? 40 : isCompressed ? 1280 : (window ?? 2000) + 7;
  const short = isCompressed ? 128 : (window ?? 128);
  const room = Math.max(long, encoderTokens ?? 0) + 500;
  const quantized = QUANTIZED_MODELS.includes(model.id) ? QUANTIZED : [];
  return [
    { workload: { contextLength: 1, numSequences: 1 }, settings: {} },
    ...(readsByToken(config) ? [] : [{ workload: { contextLength: short, numSequences: 1 }, settings: {} }]),
    { workload: { contextLength: long, numSequences: 3 }, settings: {} },
    {
      workload: { contextLength: long, numSequences: 1 },
      settings: { cacheImplementation: 'static', maxCacheLen: room },
    },
    { workload: { contextLength: long, numSequences: 1 }, settings: { afterPrefill: true } },
    ...quantized.map(({ contextLength, numSequences, ...settings }) => ({
      workload: { contextLength, numSequences },
      settings: { cacheImplementation: 'quantized', ...settings },
    })),
  ].map((one) => ({ ...one, encoderTokens }));
}
