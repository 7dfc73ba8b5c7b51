import { replicasInUse } from '../../deployment/shards.js';
import type { Workload } from '../../deployment/workload.js';
import { memoriesOf } from '../../model/layer.js';
import type { ChosenDtype, Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import type { Engine } from '../contract.js';
import { hasSlidingPool, isDeepseekV4 } from './architectures.js';
import { unreckonedBytes } from './capacity.js';
import { chunkedPrefillSizeOn } from './device-defaults.js';
import { layoutOf } from './layout.js';
import { poolsOf } from './pools.js';
import { computeDtype } from './rows.js';
import { requestsGiven } from './running-requests.js';
import type { SglangSettings } from './settings.js';

/**
 * SGLang: sgl-project/sglang, 0.4.6 to 0.5.23; what differs between releases stands in `releases.ts`.
 *
 * It gives all memory that it has to pools of slots, one for each token, that every layer has a buffer for. What is
 * counted here are the least pools in which `numSequences` sequences of `contextLength` tokens fit at a time, as exact
 * bytes of the buffers that it then allocates. `sglangCapacity` gives the pools that it makes of a memory size.
 *
 * - Tokens, pages and the sliding pool: `tokenRules`. Every buffer has one page more, for the writes of padding.
 * - Rows of a layer: `headsRow`, `latentRow`, `indexerRow`; DeepSeek-V4: `deepseekV4Entries`.
 * - Every layer has rows for every token, also those with a window, unless the architecture has a pool for them
 *   (`hasSlidingPool`), and also those that share another's cache (`storedMemories`).
 * - States: `statesOfRequest` for each sequence and one for padding; `stateSlotOf`.
 * - With `--speculative-algorithm` the draft's rows (`draftEntriesOf`) and the states between (`speculativeStateOf`).
 *
 * Not counted: the table of slots of each request (`req_to_token`).
 *
 * With `--enable-dp-attention` the replicas share the tensor-parallel devices: each has `tp / dp` of them.
 */
export function sglang(settings: SglangSettings = {}, draft?: Model): Engine {
  return {
    name: 'sglang',
    kvCacheDtype,
    replicasShareDevices: settings.enableDpAttention === true,
    settingsOn: (device) => ({ chunkedPrefillSize: chunkedPrefillSizeOn(device, settings) }),
    unusableBytes: (model, workload) => unreckonedBytes(model, workload, settings, draft),
    plan: (model, workload) => {
      checkRequests(workload, settings);
      const { shards, contextOf } = layoutOf(model, workload, settings, draft);
      return {
        tokenShards: replicasInUse(workload),
        ranks: shards.map((shard) => ({
          stage: shard.stage,
          replicas: shard.replicas,
          devices: shard.devices,
          pools: poolsOf(shard.layers, contextOf(shard)),
        })),
        warnings: warningsOf(model, workload, settings),
      };
    },
  };
}

/** Requests of each replica at a time where nothing is said: `resolve_max_num_reqs` in `kv_cache_configurator.py`. */
const MAX_RUNNING_REQUESTS = 4096;

/** @throws InputError where a replica would have more sequences than it runs at a time. */
function checkRequests({ numSequences, dataParallel }: Workload, settings: SglangSettings): void {
  const most = Math.max(1, requestsGiven({ dataParallel }, settings) ?? MAX_RUNNING_REQUESTS);
  if (ceilDiv(numSequences, dataParallel) > most) {
    throw new InputError(
      `SGLang runs at most ${most} sequences at a time on each replica (--max-running-requests); numSequences is ${numSequences}.`,
    );
  }
}

/** `auto` is what SGLang computes in, unless the checkpoint says how its cache is stored. */
function kvCacheDtype(model: Model): ChosenDtype {
  if (isDeepseekV4(model)) {
    return { dtype: 'fp8_e4m3', reason: "SGLang's default for DeepSeek-V4" };
  }
  return model.kvCacheDtype.dtype === 'fp32'
    ? { dtype: computeDtype(model), reason: `SGLang runs fp32 checkpoints in ${computeDtype(model)}` }
    : model.kvCacheDtype;
}

function warningsOf(model: Model, { keyDtype }: Workload, settings: SglangSettings): readonly string[] {
  const memories = model.layers.flatMap(memoriesOf);
  const slides = memories.some(({ kind }) => kind === 'sliding' || kind === 'chunked');
  if (slides && hasSlidingPool(model, settings) && keyDtype === 'nvfp4') {
    throw new InputError(
      `SGLang has no fp4 cache for ${model.name}, whose sliding layers have a pool of their own; use fp8_e4m3.`,
    );
  }
  return slides && !hasSlidingPool(model, settings) && settings.disableHybridSwaMemory !== true
    ? [`SGLang has no pool for the sliding layers of ${model.architecture}, so they keep every token.`]
    : [];
}
