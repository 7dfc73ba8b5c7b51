import { memoriesOf, modelFromConfig } from '@kv/core';
import { mutatedConfig } from '../configs.mjs';
import { integer, maybe, oneOf, scaled } from '../random.mjs';
import { isPossible } from './possible.mjs';

const CACHE_DTYPES = ['bf16', 'bf16', 'fp8_e4m3', 'fp8_e5m2', 'mxfp8', 'nvfp4'];

/** A model as published or changed, and a workload for it that pools alone decide. */
export function randomCase(random, models) {
  for (;;) {
    const one = randomModel(random, models);
    for (let attempt = 0; one !== undefined && attempt < 10; attempt++) {
      const found = { ...one, ...randomUse(random, one.model) };
      if (isPossible(found)) {
        return found;
      }
    }
  }
}

function randomModel(random, models) {
  const published = oneOf(random, models);
  if (random() < 0.3) {
    return published;
  }
  const config = mutatedConfig(random, published.config);
  try {
    return { model: modelFromConfig(config, { id: published.model.id, source: 'changed' }), config };
  } catch {
    return undefined;
  }
}

function randomUse(random, { layers, numHiddenLayers }) {
  const memories = layers.flatMap(memoriesOf);
  const hasStates = memories.some(({ kind }) => kind === 'recurrent');
  const compressed = memories.some(({ kind }) => kind === 'compressed');
  const indexed = memories.some(({ indexer }) => indexer !== undefined);
  const keyDtype = compressed ? 'fp8_e4m3' : oneOf(random, CACHE_DTYPES);
  const numSequences = random() < 0.4 ? 1 : integer(random, 2, 50);
  const pageSize =
    compressed || indexed || random() < 0.5 ? undefined : oneOf(random, [1, 16, 32, 64, 128, 256]);
  return {
    workload: {
      contextLength: contextLength(random, memories, pageSize ?? 1),
      numSequences,
      keyDtype,
      valueDtype: keyDtype,
      ...maybe(random, 'tensorParallel', oneOf(random, [2, 4, 8, 16])),
      ...(random() < 0.2 ? { pipelineParallel: Math.min(numHiddenLayers, integer(random, 2, 6)) } : {}),
    },
    settings: {
      ...(pageSize === undefined ? {} : { pageSize }),
      ...maybe(random, 'swaFullTokensRatio', Math.max(0.01, Math.round(random() * 100) / 100)),
      ...(random() < 0.15 ? { disableHybridSwaMemory: true } : {}),
      ...(random() < 0.3 ? { disableRadixCache: true } : {}),
      ...maybe(random, 'mambaRadixCacheStrategy', oneOf(random, ['auto', 'no_buffer', 'extra_buffer'])),
      ...(compressed || random() < 0.6 ? {} : randomSpeculation(random)),
      ...(random() < 0.2 ? { maxRunningRequests: integer(random, numSequences, 600) } : {}),
      ...maybe(random, 'mambaSsmDtype', oneOf(random, ['float32', 'bfloat16'])),
      ...(hasStates && random() < 0.2
        ? { maxMambaCacheSize: 5 * numSequences + integer(random, 0, 40) }
        : {}),
    },
  };
}

function randomSpeculation(random) {
  const speculativeAlgorithm = oneOf(random, ['EAGLE', 'EAGLE3', 'NGRAM']);
  return speculativeAlgorithm === 'NGRAM' || random() < 0.4
    ? { speculativeAlgorithm }
    : {
        speculativeAlgorithm,
        speculativeNumSteps: integer(random, 1, 6),
        speculativeEagleTopk: integer(random, 1, 4),
        speculativeNumDraftTokens: integer(random, 2, 12),
      };
}

function contextLength(random, memories, pageSize) {
  if (random() < 0.5) {
    return scaled(random, 20);
  }
  const windows = memories.map(
    ({ slidingWindow, attentionChunkSize }) => slidingWindow ?? attentionChunkSize ?? 1,
  );
  const edge = random() < 0.5 ? pageSize * scaled(random, 15) : oneOf(random, windows) + pageSize;
  return Math.max(1, edge + integer(random, -1, 1));
}
