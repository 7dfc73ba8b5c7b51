import type { Workload } from '../../deployment/workload.js';
import {
  type FullLayer,
  type KeyValueHeads,
  type LatentLayer,
  type Memory,
  memoriesOf,
} from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { remember } from '../../model/remember.js';
import { InputError } from '../../text/errors.js';
import { type CacheType, hasScales, headBytes, isPlainFp8, plainBytes } from './cache-types.js';
import { deepseekV4Specs } from './deepseek-v4.js';
import { draftOf } from './draft.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import type { Spec } from './spec.js';
import { stateOf } from './states.js';

/** What the size of a layer's cache depends on, beside the layer. */
export interface SpecContext {
  readonly model: Model;
  readonly workload: Workload;
  readonly settings: VllmSettings;
  readonly cacheType: CacheType;
  /** Of the layers that a packed format leaves as they are. */
  readonly modelType: CacheType;
  /** Those layers. */
  readonly boundary: ReadonlySet<number>;
  /** The model that drafts, where it is another and known. */
  readonly draft: Model | undefined;
}

/**
 * The specs of all layers that store something, those of a draft last, before blocks are enlarged or padded. Layers that share a cache have
 * none (`kv_sharing_target_layer_name`).
 *
 * Source: vllm-project/vllm v0.33.0, `get_kv_cache_spec` of `vllm/model_executor/layers/attention/attention.py`,
 * `mla_attention.py`, `chunked_local_attention.py`, `cross_attention.py`,
 * `vllm/model_executor/layers/mamba/abstract.py`, `vllm/model_executor/models/deepseek_v2.py`
 * (`DeepseekV32IndexerCache`), `vllm/models/minimax_m3/common/indexer.py`.
 *
 * @throws InputError for layers that are not known here, and for heads that the ranks do not divide.
 */
export function specsOf(context: SpecContext, blockSize: number): readonly Spec[] {
  const { model, settings } = context;
  const drafting = draftOf(model, settings, context.draft);
  return [
    ...specsOfLayers(
      model.layers.flatMap((layer, index) => memoriesOf(layer).map((memory) => ({ memory, layer: index }))),
      context,
      blockSize,
    ),
    ...specsOfLayers(
      (drafting?.memories ?? []).map((memory, index) => ({ memory, layer: model.numHiddenLayers + index })),
      { ...context, model: drafting?.model ?? model },
      blockSize,
    ).map((spec) => ({ ...spec, pool: 'draft' })),
  ];
}

function specsOfLayers(
  memories: readonly { readonly memory: Memory; readonly layer: number }[],
  context: SpecContext,
  blockSize: number,
): readonly Spec[] {
  const specs = remember((memory: Memory) => specsOfMemory(memory, context));
  const kept = remember((memory: Memory) =>
    specsOfMemory(memory, { ...context, cacheType: context.modelType }),
  );
  return memories.flatMap(({ memory, layer }) =>
    (context.boundary.has(layer) ? kept : specs)(memory).map((spec) => ({
      blockSize,
      stateBytes: 0,
      keyBytes: 0,
      valueBytes: 0,
      limit: undefined,
      paddedPageBytes: undefined,
      ...spec,
      layer,
    })),
  );
}

type PartialSpec = Pick<Spec, 'kind' | 'pool' | 'geometry'> & Partial<Spec>;

function specsOfMemory(memory: Memory, context: SpecContext): readonly PartialSpec[] {
  const { model, workload, settings } = context;
  switch (memory.kind) {
    case 'full':
      return [
        {
          kind: 'full',
          pool: 'full',
          ...heads(memory, context, factsOf(settings).fullLayersStoreValueHeadDim),
        },
        ...indexerOfFull(memory, context),
      ];
    case 'sliding':
      return [
        {
          kind: 'sliding',
          pool: `sliding(${memory.slidingWindow})`,
          limit: memory.slidingWindow,
          ...heads(memory, context, factsOf(settings).slidingLayersStoreValueHeadDim),
        },
      ];
    case 'chunked':
      return [
        {
          kind: 'chunked',
          pool: `chunked(${memory.attentionChunkSize})`,
          limit: memory.attentionChunkSize,
          ...heads(memory, context, false),
        },
      ];
    case 'cross':
      return [
        {
          kind: 'cross',
          pool: `cross(${memory.encoderTokens})`,
          limit: memory.encoderTokens,
          ...heads(memory, context, false),
        },
      ];
    case 'latent':
      return memory.slidingWindow === undefined
        ? latentSpecs(memory, context)
        : deepseekV4Specs(memory, model, context.cacheType, settings);
    case 'recurrent': {
      const { bytes, arithmetic } = stateOf(memory, model, workload.tensorParallel, settings);
      return [{ kind: 'recurrent', pool: 'recurrent', stateBytes: bytes, geometry: arithmetic }];
    }
    case 'compressed':
      return deepseekV4Specs(memory, model, context.cacheType, settings);
    case 'shared':
    case 'none':
      return [];
  }
}

/** @param storesValueHeadDim older releases and some kinds of layers store values with the size of keys. */
function heads(
  { numKeyValueHeads, keyHeadDim, valueHeadDim }: KeyValueHeads,
  { model, workload: { tensorParallel }, cacheType }: SpecContext,
  storesValueHeadDim: boolean,
): Pick<Spec, 'keyBytes' | 'valueBytes' | 'geometry'> {
  const few = Math.min(numKeyValueHeads, tensorParallel);
  if (Math.max(numKeyValueHeads, tensorParallel) % few !== 0) {
    throw new InputError(
      `vLLM cannot split the ${numKeyValueHeads} key-value heads of ${model.name} over tensorParallel ${tensorParallel}; one must be a multiple of the other.`,
    );
  }
  if (!storesValueHeadDim && valueHeadDim > keyHeadDim) {
    throw new InputError(
      `vLLM stores values of these layers of ${model.name} with the size of keys, ${keyHeadDim}, which is too small for ${valueHeadDim}.`,
    );
  }
  const headsHere = Math.max(1, Math.floor(numKeyValueHeads / tensorParallel));
  const values = storesValueHeadDim ? valueHeadDim : keyHeadDim;
  const { keyBytes, valueBytes } = headBytes(cacheType, keyHeadDim, values, model.geometry?.rotaryDim);
  return {
    keyBytes: headsHere * keyBytes,
    valueBytes: headsHere * valueBytes,
    geometry: `${headsHere} KV heads x (${keyHeadDim} + ${values}) ${cacheType.flag}`,
  };
}

/**
 * FlashMLA's rows of a sparse latent of 512 + 64. `fp8_ds_mla`, which any fp8 means: 512 fp8, 4 fp32 scales and the rotary
 * key of 64 in bf16. `nvfp4_ds_mla`, on compute capability 10: 512 of four bits, 32 scales of a byte and the rotary key in fp8.
 */
const PACKED_ROWS = { fp8_ds_mla: 656, nvfp4_ds_mla: 352 };

function latentSpecs(
  memory: LatentLayer,
  { model, cacheType, settings }: SpecContext,
): readonly PartialSpec[] {
  const { kvLoraRank, qkRopeHeadDim, indexer } = memory;
  const word = indexer === undefined ? undefined : packedWord(cacheType, settings);
  if (word === undefined && hasScales(cacheType)) {
    throw new InputError(
      `vLLM has no ${cacheType.flag} cache for latents (MLA); use bf16, fp16, fp8_e4m3 or fp8_e5m2.`,
    );
  }
  const elements = kvLoraRank + qkRopeHeadDim;
  if (word !== undefined && (kvLoraRank !== 512 || qkRopeHeadDim !== 64)) {
    throw new InputError(
      `vLLM stores sparse latents of 512 + 64 elements only in ${word}, not the ${kvLoraRank} + ${qkRopeHeadDim} of ${model.name}; use bf16.`,
    );
  }
  const latent: PartialSpec = {
    kind: 'latent',
    pool: 'latent',
    keyBytes: word === undefined ? plainBytes(cacheType, elements) : PACKED_ROWS[word],
    geometry: word === undefined ? `${elements} ${cacheType.flag}` : `${PACKED_ROWS[word]} bytes of ${word}`,
  };
  return indexer === undefined ? [latent] : [latent, quantizedIndexer(indexer.indexHeadDim)];
}

function packedWord(cacheType: CacheType, settings: VllmSettings): keyof typeof PACKED_ROWS | undefined {
  if (isPlainFp8(cacheType)) {
    return 'fp8_ds_mla';
  }
  return cacheType.flag === 'nvfp4' && factsOf(settings).hasNvfp4Latents ? 'nvfp4_ds_mla' : undefined;
}

/** The keys of DeepSeek's indexer: fp8 with an fp32 scale for each 128 elements, whatever the cache's dtype. */
function quantizedIndexer(indexHeadDim: number): PartialSpec {
  const bytes = indexHeadDim + Math.floor(indexHeadDim / 128) * 4;
  return {
    kind: 'latent',
    pool: 'indexer',
    keyBytes: bytes,
    geometry: `(${indexHeadDim} fp8 + ${Math.floor(indexHeadDim / 128)} fp32 scales)`,
  };
}

/**
 * MiniMax M3's indexer: keys of one head in bf16, whatever the cache's and the model's dtype.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/models/minimax_m3/nvidia/model.py` (`resolve_indexer_kv_dtype("bf16")`),
 * `vllm/models/minimax_m3/common/indexer.py` (`MiniMaxM3IndexerCache`).
 */
function indexerOfFull({ indexer }: FullLayer, { model, cacheType }: SpecContext): readonly PartialSpec[] {
  if (indexer === undefined) {
    return [];
  }
  if (hasScales(cacheType)) {
    throw new InputError(
      `vLLM has no ${cacheType.flag} cache for the sparse attention of ${model.name} on a Hopper GPU; use bf16, fp8_e4m3 or fp8_e5m2.`,
    );
  }
  const { indexHeadDim } = indexer;
  return [
    { kind: 'latent', pool: 'indexer', keyBytes: indexHeadDim * 2, geometry: `${indexHeadDim} bfloat16` },
  ];
}
