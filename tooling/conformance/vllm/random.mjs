import { memoriesOf, modelFromConfig } from '@kv/core';
import { mutatedConfig } from '../configs.mjs';
import { integer, maybe, oneOf, scaled } from '../random.mjs';

const PLAIN = ['bf16', 'fp16', 'fp8_e4m3', 'fp8_e5m2'];
const WITH_SCALES = [...PLAIN, 'bf16', 'fp8_per_token_head', 'int8', 'int4', 'nvfp4'];

/** Which kernels there are for a dtype is a matter of attention backends, which are not asked. */
function takesScales(memories) {
  return memories.every(
    ({ kind, indexer, keyHeadDim, valueHeadDim }) =>
      ['full', 'sliding', 'chunked', 'recurrent', 'none', 'shared'].includes(kind) &&
      indexer === undefined &&
      keyHeadDim === valueHeadDim &&
      (keyHeadDim ?? 16) % 16 === 0,
  );
}

/** A model as published, or with a config that was changed, or one that the seed makes of layers. */
export function randomModel(random, models) {
  const published = oneOf(random, models);
  const kind = random();
  if (kind < 0.3) {
    return published;
  }
  if (kind < 0.4) {
    return { model: madeUp(random, published.model) };
  }
  for (;;) {
    const config = mutatedConfig(random, published.config);
    try {
      return { model: modelFromConfig(config, { id: published.model.id, source: 'changed' }), config };
    } catch {
      // A config whose sizes contradict each other.
    }
  }
}

/** Full and sliding layers of any heads, in any order. */
function madeUp(random, model) {
  const heads = () => ({
    numKeyValueHeads: oneOf(random, [1, 2, 4, 8, 16]),
    keyHeadDim: 16 * integer(random, 2, 20),
    valueHeadDim: 16 * integer(random, 2, 20),
  });
  const kinds = Array.from({ length: integer(random, 1, 3) }, () =>
    random() < 0.5
      ? { kind: 'full', ...heads() }
      : { kind: 'sliding', ...heads(), slidingWindow: scaled(random, 14) },
  );
  const layers = Array.from({ length: integer(random, 1, 60) }, () => oneOf(random, kinds));
  return { ...model, layers, numHiddenLayers: layers.length, numAttentionHeads: 48 };
}

/** Kinds of layers beside which those for multi-token prediction may be others. */
const WINDOWS = new Set(['sliding', 'chunked', 'compressed']);

/** A workload with any settings, those that vLLM refuses among them; contexts lie at edges as often as anywhere. */
export function randomCase(random, { model, config }) {
  const memories = model.layers.flatMap(memoriesOf);
  const hasPredictors =
    (model.numNextnPredictLayers ?? 0) > 0 && memories.every(({ kind }) => !WINDOWS.has(kind));
  const isDeepseekV4 = memories.some(({ kind }) => kind === 'compressed');
  const recurrent = memories.filter(({ kind }) => kind === 'recurrent');
  const isHybrid = recurrent.length > 0;
  // What other layers keep for speculated tokens is not known to kv.
  const speculates = recurrent.every(({ mechanism }) => ['mamba2', 'gated_delta_net'].includes(mechanism));
  const keyDtype = isDeepseekV4 ? 'fp8_e4m3' : oneOf(random, takesScales(memories) ? WITH_SCALES : PLAIN);
  const tensorParallel = random() < 0.6 ? 1 : oneOf(random, [2, 3, 4, 8, 16]);
  const settings = {
    ...(isDeepseekV4 ? {} : maybe(random, 'blockSize', oneOf(random, [16, 32, 48, 64, 128, 256]))),
    ...maybe(random, 'maxNumBatchedTokens', scaled(random, 15)),
    ...maybe(random, 'asyncScheduling', random() < 0.5),
    ...maybe(random, 'enablePrefixCaching', random() < 0.5),
    ...(random() < 0.1 ? { disableHybridKvCacheManager: random() < 0.7 } : {}),
    ...maybe(random, 'gdnPrefillBackend', oneOf(random, ['flashinfer', 'triton'])),
    ...(isHybrid ? maybe(random, 'mambaSsmCacheDtype', oneOf(random, ['float32', 'bfloat16'])) : {}),
    ...(speculates && (isHybrid || hasPredictors) && random() < (hasPredictors ? 0.5 : 0.1)
      ? {
          numSpeculativeTokens: integer(random, 1, 5),
          specMethod: hasPredictors ? oneOf(random, ['mtp', 'ngram']) : 'ngram',
        }
      : {}),
  };
  return {
    workload: {
      contextLength: contextLength(random, memories, settings),
      keyDtype,
      valueDtype: keyDtype,
      ...(tensorParallel > 1 ? { tensorParallel } : {}),
      ...(random() < 0.2 ? { pipelineParallel: integer(random, 2, 6) } : {}),
      ...(config !== undefined && tensorParallel % 2 === 0 && random() < 0.3
        ? { contextParallel: oneOf(random, tensorParallel % 4 === 0 ? [2, 4] : [2]) }
        : {}),
    },
    settings,
  };
}

function contextLength(random, memories, { blockSize = 16, maxNumBatchedTokens = 8192 }) {
  if (random() < 0.4) {
    return scaled(random, 20);
  }
  const windows = memories.map(
    ({ slidingWindow, attentionChunkSize }) => slidingWindow ?? attentionChunkSize ?? 0,
  );
  const edge = oneOf(random, [
    blockSize * scaled(random, 15),
    ...windows.slice(0, 4).map((window) => window),
    ...windows.slice(0, 4).map((window) => window + integer(random, 1, 3) * maxNumBatchedTokens),
  ]);
  return Math.min(2 ** 20, Math.max(1, edge + integer(random, -1, 1)));
}
