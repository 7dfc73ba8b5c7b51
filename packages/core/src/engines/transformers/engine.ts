import type { Workload } from '../../deployment/workload.js';
import type { DtypeName } from '../../model/dtype.js';
import { memoriesOf } from '../../model/layer.js';
import type { ChosenDtype, Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import type { Engine } from '../contract.js';
import { poolsOfEntries } from '../entries.js';
import { cachesNothing, hasOwnCode, hidesWindowsOf } from './architectures.js';
import { type CacheContext, entriesOfLayer, isStatic } from './layers.js';
import { quantizedPools } from './quantized.js';
import { factsOf, TRANSFORMERS_RELEASES } from './releases.js';
import type { TransformersSettings } from './settings.js';

/**
 * Hugging Face transformers, as `generate` caches: huggingface/transformers 5.24.0 and its predecessors since 5.11.
 *
 * Counted are the tensors that the cache object holds on to once `contextLength` tokens are in it (the last token that
 * `generate` returns never is): whole storages, since a view keeps all of what it is a view of. Its counters of a few
 * bytes are not counted, nor what a step allocates in passing: the new tensor beside the old one of a layer whose
 * cache grows, the dequantized layer of a quantized cache.
 *
 * - Dynamic and static caches: `entriesOfLayer`; a static one has room for `--max-cache-len` tokens, at least the
 *   context. Quantized: `quantizedPools`. Offloaded ones hold the same bytes, most of them in host memory.
 * - Keys and values have the dtype that the model runs in; there is no other choice but a quantized cache.
 * - One device: `tp_plan` splits the heads of some architectures only and `device_map` spreads layers by their size,
 *   so neither is counted.
 */
export function transformers(settings: TransformersSettings = {}): Engine {
  return {
    name: 'transformers',
    kvCacheDtype,
    plan: (model, workload) => {
      checkOneDevice(workload);
      checkDtypes(workload);
      checkSettings(settings);
      checkModel(model, settings);
      const context = { model, workload, settings };
      return {
        tokenShards: 1,
        ranks: [
          {
            stage: 0,
            replicas: 1,
            devices: 1,
            pools:
              settings.cacheImplementation === 'quantized'
                ? quantizedPools(model.layers, context)
                : poolsOfEntries(
                    model.layers.flatMap((layer) => entriesOfLayer(layer, context)),
                    workload.numSequences,
                    1,
                  ),
          },
        ],
        warnings: warningsOf(context),
      };
    },
  };
}

const DTYPES: ReadonlySet<DtypeName> = new Set(['fp32', 'fp16', 'bf16']);

function kvCacheDtype({ dtype }: Model): ChosenDtype {
  return DTYPES.has(dtype.dtype)
    ? { dtype: dtype.dtype, reason: `transformers caches in what the model runs in: ${dtype.reason}` }
    : { dtype: 'bf16', reason: `transformers runs ${dtype.dtype} checkpoints in bf16` };
}

function checkOneDevice(workload: Workload): void {
  const { tensorParallel, pipelineParallel, dataParallel, contextParallel } = workload;
  for (const [name, value] of Object.entries({
    tensorParallel,
    pipelineParallel,
    dataParallel,
    contextParallel,
  })) {
    if (value > 1) {
      throw new InputError(
        `${name} is ${value}, but the caches of transformers are known here for one device only; it must be 1.`,
      );
    }
  }
}

function checkDtypes({ keyDtype, valueDtype }: Workload): void {
  for (const dtype of [keyDtype, valueDtype]) {
    if (!DTYPES.has(dtype)) {
      throw new InputError(
        `transformers has no ${dtype} cache; it keeps the dtype that the model runs in (fp32, fp16 or bf16), or use --cache-implementation quantized.`,
      );
    }
  }
  if (keyDtype !== valueDtype) {
    throw new InputError(
      `transformers keeps keys and values in the one dtype that the model runs in, not ${keyDtype} and ${valueDtype}.`,
    );
  }
}

/**
 * Models that `generate` makes no cache for: those without any, and those that bring their own, MiniMax-01 and RWKV.
 *
 * Source: huggingface/transformers, `generation/utils.py` (`_supports_default_dynamic_cache`), 5.24.0.
 */
function checkModel(model: Model, { cacheImplementation = 'dynamic' }: TransformersSettings): void {
  if (cachesNothing(model)) {
    throw new InputError(
      `transformers has no cache for ${model.name}: it reads the whole text again for every token.`,
    );
  }
  const bringsItsOwn = model.layers
    .flatMap(memoriesOf)
    .some(
      (memory) =>
        memory.kind === 'recurrent' &&
        (memory.mechanism === 'lightning_attention' || memory.mechanism === 'rwkv'),
    );
  if (bringsItsOwn && cacheImplementation !== 'dynamic') {
    throw new InputError(
      `transformers ignores --cache-implementation ${cacheImplementation} for ${model.name}, which brings a cache of its own; leave it out.`,
    );
  }
}

/** Settings that only another cache has. */
function checkSettings(settings: TransformersSettings): void {
  const { cacheImplementation = 'dynamic', maxCacheLen, afterPrefill } = settings;
  const isQuantized = cacheImplementation === 'quantized';
  const { backend, nbits, qGroupSize, residualLength } = settings;
  for (const [flag, value, belongs, owner] of [
    ['--max-cache-len', maxCacheLen, isStatic(settings), 'static'],
    ['--after-prefill', afterPrefill === true ? true : undefined, !isStatic(settings), 'dynamic'],
    ['--backend', backend, isQuantized, 'quantized'],
    ['--nbits', nbits, isQuantized, 'quantized'],
    ['--q-group-size', qGroupSize, isQuantized, 'quantized'],
    ['--residual-length', residualLength, isQuantized, 'quantized'],
  ] as const) {
    if (value !== undefined && !belongs) {
      throw new InputError(
        `${flag} means nothing to a ${cacheImplementation} cache; use --cache-implementation ${owner}, or leave it out.`,
      );
    }
  }
  if (maxCacheLen !== undefined && !factsOf(settings).hasMaxCacheLen) {
    throw new InputError(
      `transformers ${settings.version} has no --max-cache-len; it came with ${TRANSFORMERS_RELEASES.since(({ hasMaxCacheLen }) => hasMaxCacheLen)}.`,
    );
  }
}

function warningsOf({ model, settings }: CacheContext): readonly string[] {
  const { cacheImplementation = 'dynamic', afterPrefill = false } = settings;
  const slides = model.layers
    .flatMap(memoriesOf)
    .some(
      (memory) =>
        memory.kind === 'chunked' || ('slidingWindow' in memory && memory.slidingWindow !== undefined),
    );
  const warnings: string[] = [];
  if (!hasOwnCode(model)) {
    warnings.push(
      `transformers has no code of its own for ${model.architecture}; counted is what its own caches would hold, which code published with the weights may not use.`,
    );
  }
  if (slides && !hidesWindowsOf(model) && !isStatic(settings) && !afterPrefill) {
    warnings.push(
      'Right after a prompt, until the next token, sliding layers still hold all of it; --after-prefill counts that moment.',
    );
  }
  if (cacheImplementation.startsWith('offloaded')) {
    warnings.push('Offloaded: the bytes of all but two layers are in host memory at any moment.');
  }
  if (cacheImplementation === 'quantized') {
    warnings.push('Each step also needs room for the keys and values of one layer, dequantized.');
  }
  return warnings;
}
