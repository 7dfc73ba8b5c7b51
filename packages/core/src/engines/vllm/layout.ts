import type { Workload } from '../../deployment/workload.js';
import { type Memory, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import { alignHybridBlocks, blockSizeOf } from './block-size.js';
import { blockSizeBesideBoundary, boundaryLayers } from './boundary-layers.js';
import { cacheTypeOf } from './cache-types.js';
import { disablesHybridManager, groupsOf } from './groups.js';
import { blockBytes, groupBytes, packingOf, tupleBytes } from './packed-groups.js';
import { factsOf } from './releases.js';
import { type RequestRules, requestRules } from './requests.js';
import type { VllmSettings } from './settings.js';
import type { Spec } from './spec.js';
import type { Group } from './spec-groups.js';
import { specsOf } from './specs.js';
import { stagesOf } from './stages.js';
import { modelDtype } from './states.js';

/** How a model's caches are cut into blocks, settled but for the context length. */
export interface BlockLayout {
  /** What each layer asks for, before pages are made equal. */
  readonly specs: readonly Spec[];
  /** Bytes of a block with the layers of all stages, where a request must fit. */
  readonly wholeBlockBytes: number;
  /** Groups of the whole model. */
  readonly groups: readonly Group[];
  /** The same groups with the layers of each pipeline stage only. */
  readonly stages: readonly StageLayout[];
  readonly rules: RequestRules;
  /** Blocks that one request may need of a group, for the cache that needs the most. */
  readonly blocksOfGroup: (group: Group, contextLength: number) => number;
  /** Blocks of the pool that one request may need. */
  readonly blocksPerRequest: (contextLength: number) => number;
  /** What the concurrency that is logged divides the blocks of the pool by. */
  readonly blocksOfConcurrency: (contextLength: number) => number;
}

/** The caches of one pipeline stage. */
export interface StageLayout {
  readonly hasLayer: (layer: number) => boolean;
  readonly groups: readonly Group[];
  /** Bytes of one block of the stage's pool, on each of its devices. */
  readonly blockBytes: number;
  /** The same where vLLM checks that a request fits. */
  readonly checkedBlockBytes: number;
}

/**
 * The blocks of a model under a workload. Groups are made of the whole model, then each pipeline stage has its own
 * layers of them.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/core/kv_cache_planning.py` (`get_kv_cache_configs`,
 * `_project_kv_cache_groups_to_worker`).
 *
 * @param draft the model that drafts, where it is another and known.
 * @throws InputError where vLLM cannot run the model or workload.
 */
export function blockLayoutOf(
  model: Model,
  workload: Workload,
  settings: VllmSettings,
  draft?: Model,
): BlockLayout {
  const { keyDtype, valueDtype, pipelineParallel } = workload;
  if (keyDtype !== valueDtype) {
    throw new InputError(
      `vLLM has one --kv-cache-dtype for keys and values, not ${keyDtype} and ${valueDtype}; give both the same.`,
    );
  }
  checkParallelism(model, workload, settings);
  const cacheType = cacheTypeOf(keyDtype, settings);
  const modelType = cacheTypeOf(modelDtype(model), settings);
  const boundary = boundaryLayers(model, cacheType, settings);
  const blockSize =
    boundary.size === 0
      ? blockSizeOf(model, settings, cacheType.preferredBlockSize)
      : blockSizeBesideBoundary(blockSizeOf(model, settings), modelType, settings);
  const context = { model, workload, settings, cacheType, modelType, boundary, draft };
  const specs = alignHybridBlocks(specsOf(context, blockSize), model, settings);
  const rules = requestRules(specs, model, workload, settings);
  const groups = groupsOf(specs, model, settings);
  const packing = packingOf(model, settings);
  const weighsByBytes = packing !== undefined && factsOf(settings).weighsGroupsByBytes;
  if (weighsByBytes && pipelineParallel > 1) {
    throw new InputError(
      `What vLLM ${settings.version} logs of ${model.name} on several pipeline stages is not known here; give --pp 1, or take a newer --engine-version.`,
    );
  }
  const checkedBytes = (own: readonly Group[]) =>
    packing === undefined || packing === 'patterns' ? blockBytes(own, packing) : tupleBytes(own);
  const stageOf = stagesOf(model, pipelineParallel, settings);
  const stages = Array.from({ length: pipelineParallel }, (_, stage) => {
    const own = groups.map((group) => group.filter(({ layer }) => stageOf(layer) === stage));
    return {
      hasLayer: (layer: number) => stageOf(layer) === stage,
      groups: own,
      blockBytes: own.length === 0 ? 0 : blockBytes(own, packing),
      checkedBlockBytes: own.length === 0 ? 0 : checkedBytes(own),
    };
  });
  if (groups.length > 0 && stages.some((stage) => stage.blockBytes === 0)) {
    throw new InputError(
      `pipelineParallel is ${pipelineParallel}, which leaves a stage of ${model.name} without a cache of its own; vLLM cannot plan that, so use fewer stages.`,
    );
  }
  const blocksOfGroup = (group: Group, contextLength: number) =>
    Math.max(...group.map((spec) => rules.blocks(spec, contextLength)));
  const blocksPerRequest = (contextLength: number) =>
    groups.reduce((total, group) => total + blocksOfGroup(group, contextLength), 0);
  return {
    specs,
    wholeBlockBytes: groups.length === 0 ? 0 : checkedBytes(groups),
    groups,
    rules,
    stages,
    blocksOfGroup,
    blocksPerRequest,
    blocksOfConcurrency: !weighsByBytes
      ? blocksPerRequest
      : (contextLength) => {
          const bytes = groups.reduce(
            (total, group) => total + blocksOfGroup(group, contextLength) * groupBytes(group),
            0,
          );
          return ceilDiv(bytes, groupBytes(groups[0] ?? []));
        },
  };
}

function checkParallelism(model: Model, workload: Workload, settings: VllmSettings): void {
  const { tensorParallel, contextParallel, pipelineParallel } = workload;
  const { name, numAttentionHeads, numHiddenLayers } = model;
  if (numAttentionHeads !== undefined && numAttentionHeads % tensorParallel !== 0) {
    throw new InputError(
      `tensorParallel is ${tensorParallel}, which does not divide the ${numAttentionHeads} attention heads of ${name}; vLLM needs one that does.`,
    );
  }
  if (pipelineParallel > numHiddenLayers) {
    throw new InputError(
      `pipelineParallel is ${pipelineParallel}, but ${name} can be split into ${numHiddenLayers} at most, one for each layer.`,
    );
  }
  if (contextParallel > 1) {
    checkContextParallel(model, workload, settings);
  }
}

/**
 * Decode context parallelism splits tokens over tensor-parallel ranks that hold the same heads. Since 0.26 recurrent
 * layers may lie beside, whose states it does not split.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/config/parallel.py` (`decode_context_parallel_size`),
 * `vllm/config/model.py` (`verify_with_parallel_config`), `vllm/v1/kv_cache_interface.py`
 * (`SlidingWindowSpec.max_memory_usage_bytes`), `vllm/v1/core/kv_cache_coordinator.py` (`HybridKVCacheCoordinator`), also
 * of v0.25.0.
 */
function checkContextParallel(
  model: Model,
  { tensorParallel, contextParallel }: Workload,
  settings: VllmSettings,
): void {
  const { layers, name, numAttentionHeads } = model;
  if (tensorParallel % contextParallel !== 0) {
    throw new InputError(
      `contextParallel is ${contextParallel} (--decode-context-parallel-size), which must divide tensorParallel ${tensorParallel}: vLLM uses the same devices for both.`,
    );
  }
  const memories = layers.flatMap(memoriesOf).filter(({ kind }) => kind !== 'none' && kind !== 'shared');
  const isFull = ({ kind }: Memory) => kind === 'full' || kind === 'latent';
  const keepsEveryToken = disablesHybridManager(model, settings);
  const isSplit = (memory: Memory) =>
    isFull(memory) || (keepsEveryToken && (memory.kind === 'sliding' || memory.kind === 'chunked'));
  if (
    !memories.some(isFull) ||
    !memories.every(
      (memory) =>
        isSplit(memory) || (memory.kind === 'recurrent' && factsOf(settings).splitsContextsOfHybrids),
    )
  ) {
    throw new InputError(
      `contextParallel is ${contextParallel}, but ${name} has layers other than full attention, which vLLM does not split over contexts.`,
    );
  }
  if (memories.some(({ kind }) => kind === 'latent')) {
    return;
  }
  for (const memory of memories) {
    if (memory.kind !== 'full' && memory.kind !== 'sliding' && memory.kind !== 'chunked') {
      continue;
    }
    const { numKeyValueHeads } = memory;
    const ranks = Math.max(1, Math.floor(tensorParallel / numKeyValueHeads));
    if (ranks < contextParallel) {
      throw new InputError(
        `contextParallel is ${contextParallel}, but only ${ranks} tensor-parallel ranks hold the same of the ${numKeyValueHeads} key-value heads of ${name}.`,
      );
    }
    if (
      numAttentionHeads !== undefined &&
      Math.floor(numAttentionHeads / numKeyValueHeads) % contextParallel !== 0
    ) {
      throw new InputError(
        `contextParallel is ${contextParallel}, which does not divide the ${Math.floor(numAttentionHeads / numKeyValueHeads)} attention heads for each key-value head of ${name}; vLLM needs one that does.`,
      );
    }
  }
}
