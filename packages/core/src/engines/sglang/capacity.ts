import { checkWorkload, type Workload } from '../../deployment/workload.js';
import { checkModel, type Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { checkInteger } from '../../text/exact.js';
import { isDeepseekV4 } from './architectures.js';
import type { Entry } from './entry.js';
import { layoutOf } from './layout.js';
import { entriesOf } from './pools.js';
import type { SglangSettings } from './settings.js';
import { statesOfRequest } from './states.js';
import type { PoolTokens } from './tokens.js';

/** What SGLang logs when it starts. Bytes are those of one device, the fullest pipeline stage's. */
export interface SglangCapacity {
  /** `max_total_num_tokens`, and `#tokens` of "KV Cache is allocated". */
  readonly maxTotalNumTokens: number;
  /** `swa_layer_tokens`; undefined without a pool for sliding layers. */
  readonly swaTokens: number | undefined;
  /** `K size`; of latents, `KV size`. */
  readonly keyBytes: number;
  /** `V size`. */
  readonly valueBytes: number;
  /** `max_mamba_cache_size` of "Mamba Cache is allocated"; undefined without states. */
  readonly maxMambaCacheSize: number | undefined;
  /** `conv_state size`. */
  readonly convolutionBytes: number;
  /** `ssm_state size`. */
  readonly stateBytes: number;
  /** Requests that states allow at a time; undefined without states. */
  readonly maxRunningRequests: number | undefined;
}

const GIB = 2 ** 30;

/** `--mamba-full-memory-ratio`. */
const DEFAULT_MAMBA_RATIO = 0.9;

/**
 * The pools that SGLang makes of the memory that is left for them.
 *
 * ```ts
 * sglangCapacity(qwen3_235b, { ...DEFAULT_WORKLOAD, tensorParallel: 4 }, {}, 17 * 2 ** 30).maxTotalNumTokens;
 * ```
 *
 * - States first: `--max-mamba-cache-size`, or as many as `ratio / (1 + ratio)` of the memory holds, one more for
 *   padding within it. Pipeline stages have the same number, of the stage with the most recurrent layers.
 * - Then tokens, which are the context length where no layer attends: the rest over the bytes of a token in all layers, a sliding layer's times
 *   `--swa-full-tokens-ratio`, cut down to whole pages; the least of all stages. The page for padding comes on top of
 *   what was reckoned.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`_handle_max_mamba_cache`), `model_executor/pool_configurator.py` (`calculate_pool_sizes`).
 *
 * @param availableBytes of one device: what `--mem-fraction-static` leaves beside the weights.
 * @throws InputError where SGLang cannot run the model or workload, the model has no cache, or nothing fits.
 */
export function sglangCapacity(
  model: Model,
  workload: Workload,
  settings: SglangSettings,
  availableBytes: number,
): SglangCapacity {
  checkInteger(availableBytes, 'availableBytes', 0);
  if (isDeepseekV4(model)) {
    throw new InputError(
      `How many tokens SGLang makes of a memory size for ${model.name} depends on the requests that it is to run, which is not known here.`,
    );
  }
  const { maxMambaCacheSize: _, ...rest } = settings;
  const { shards, contextOf, tokens } = layoutOf(checkModel(model), checkWorkload(workload), rest);
  const stages = shards
    .filter(({ replicas }) => replicas === shards[0]?.replicas)
    .map((shard) => entriesOf(shard.layers, contextOf(shard)));
  const perState = bytesOfStates(stages);
  const states = perState === 0 ? undefined : statesIn(availableBytes, perState, workload, settings);
  const left =
    states === undefined
      ? availableBytes
      : Math.floor((availableBytes / GIB - ((states + 1) * perState) / GIB) * GIB);
  const fitting = Math.min(...stages.map((entries) => tokensIn(left, entries, tokens.ratio)));
  const pools = tokens.fromTokens(fitting === Infinity ? workload.contextLength : fitting);
  if (states === 0 || pools.full + pools.sliding <= 0) {
    throw new InputError(
      `${availableBytes} bytes are not enough for a page of ${model.name} on SGLang; raise --mem-fraction-static or use more devices.`,
    );
  }
  const largest = (size: (entry: Entry) => number) =>
    Math.max(
      ...stages.map((entries) => sum(entries, (entry) => slotsOf(entry, pools, states) * size(entry))),
    );
  return {
    maxTotalNumTokens: pools.full === 0 ? pools.sliding : pools.full,
    swaTokens: pools.sliding === 0 ? undefined : pools.sliding,
    keyBytes: largest(({ keyBytes }) => keyBytes),
    valueBytes: largest(({ valueBytes }) => valueBytes),
    maxMambaCacheSize: states,
    convolutionBytes: largest(({ convolutionBytes }) => convolutionBytes),
    stateBytes: largest(({ stateBytes }) => stateBytes),
    maxRunningRequests:
      states === undefined ? undefined : Math.floor(states / statesOfRequest(model, settings)),
  };
}

/**
 * What SGLang reckons a state of all layers of a stage to take: the model's, times the part of the recurrent layers that
 * the stage with the most has, cut down to whole bytes.
 */
function bytesOfStates(stages: readonly (readonly Entry[])[]): number {
  const counts = stages.map((entries) => entries.filter((entry) => bytesOfState(entry) > 0).length);
  const total = stages.reduce((bytes, entries) => bytes + sum(entries, bytesOfState), 0);
  const layers = counts.reduce((all, count) => all + count, 0);
  return Math.floor(total * (Math.max(...counts) / Math.max(layers, 1)));
}

function bytesOfState({ convolutionBytes, stateBytes }: Entry): number {
  return convolutionBytes + stateBytes;
}

function slotsOf(entry: Entry, pools: PoolTokens, states: number | undefined): number {
  return bytesOfState(entry) === 0 ? entry.slots(pools) : (states ?? 0) + 1;
}

/** In floating point as SGLang reckons, in GiB. */
function statesIn(
  availableBytes: number,
  perState: number,
  { dataParallel }: Workload,
  { maxMambaCacheSize, mambaFullMemoryRatio = DEFAULT_MAMBA_RATIO, enableDpAttention }: SglangSettings,
): number {
  if (maxMambaCacheSize !== undefined) {
    return Math.floor(maxMambaCacheSize / (enableDpAttention === true ? dataParallel : 1));
  }
  const budget = ((availableBytes / GIB) * mambaFullMemoryRatio) / (1 + mambaFullMemoryRatio);
  return Math.max(0, floorDiv(budget * GIB - perState, perState));
}

/** Python's `//` of floating-point numbers, which does not round up as a division may. */
function floorDiv(dividend: number, divisor: number): number {
  return Math.round((dividend - (dividend % divisor)) / divisor);
}

/**
 * What SGLang reckons that the tokens of a workload take beyond what it then allocates for them, in bytes: rows that are
 * cut off a sliding pool, less the page for padding, which comes on top. Of the stage where it is least; 0 for
 * DeepSeek-V4, whose reckoning is not known here.
 */
export function unreckonedBytes(model: Model, workload: Workload, settings: SglangSettings): number {
  if (isDeepseekV4(model)) {
    return 0;
  }
  const { shards, contextOf, tokens } = layoutOf(model, workload, settings);
  return Math.min(
    ...shards.map((shard) => {
      const entries = entriesOf(shard.layers, contextOf(shard));
      const pools = tokens.needed(workload.contextLength, shard.numSequences);
      const reckoned = Math.ceil(
        (pools.full === 0 ? pools.sliding : pools.full) * bytesOfToken(entries, tokens.ratio),
      );
      const allocated = sum(
        entries.filter((entry) => bytesOfState(entry) === 0),
        (entry) => entry.slots(pools) * (entry.keyBytes + entry.valueBytes),
      );
      return reckoned - allocated;
    }),
  );
}

function tokensIn(bytes: number, entries: readonly Entry[], ratio: number | undefined): number {
  const cell = bytesOfToken(entries, ratio);
  return cell === 0 ? Infinity : floorDiv(Math.max(0, bytes), cell);
}

/** A token takes a row in each buffer; in those of a sliding pool beside a full one, `ratio` of a row. */
function bytesOfToken(entries: readonly Entry[], ratio: number | undefined): number {
  const ofPool = (isSliding: boolean) =>
    sum(
      entries.filter((entry) => isSliding === (ratio !== undefined && entry.tokensPerSlot !== 1)),
      ({ keyBytes, valueBytes }) => keyBytes + valueBytes,
    );
  return ofPool(false) + (ratio ?? 0) * ofPool(true);
}

function sum(entries: readonly Entry[], size: (entry: Entry) => number): number {
  return entries.reduce((total, entry) => total + size(entry), 0);
}
