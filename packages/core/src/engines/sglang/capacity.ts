import { checkWorkload, type Workload } from '../../deployment/workload.js';
import { checkModel, type Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { checkInteger, roundUp } from '../../text/exact.js';
import { isDeepseekV4 } from './architectures.js';
import { deepseekV4Tokens } from './deepseek-v4-tokens.js';
import { draftEntriesOf, draftLayersOf } from './draft.js';
import type { Entry } from './entry.js';
import { layoutOf } from './layout.js';
import type { PoolContext } from './pool-context.js';
import { entriesOf } from './pools.js';
import { factsOf } from './releases.js';
import {
  estimatedRequests,
  requestsGiven,
  requestsOfDeepseekV4,
  runningRequests,
} from './running-requests.js';
import type { SglangSettings } from './settings.js';
import { floorDiv, stateBudget } from './state-budget.js';
import { statesOfRequest } from './states.js';
import { longestWindowOf, type PoolTokens } from './tokens.js';
import { windowsOfRequests } from './windows-of-requests.js';

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
  /** The part of both that is the sliding pool's, which has a line of its own beside that of full layers. */
  readonly swaKeyBytes: number;
  readonly swaValueBytes: number;
  /** `max_mamba_cache_size` of "Mamba Cache is allocated"; undefined without states. */
  readonly maxMambaCacheSize: number | undefined;
  /** `conv_state size`. */
  readonly convolutionBytes: number;
  /** `ssm_state size`. */
  readonly stateBytes: number;
  /** `intermediate_conv_window_cache size`, and `intermediate_ssm_state_cache size`; 0 without speculation. */
  readonly speculativeConvolutionBytes: number;
  readonly speculativeStateBytes: number;
  /** `K size` and `V size` of the draft's own line; 0 without one. */
  readonly draftKeyBytes: number;
  readonly draftValueBytes: number;
  /** `max_running_requests`, of one replica. */
  readonly maxRunningRequests: number;
}

const GIB = 2 ** 30;

/**
 * The pools that SGLang makes of the memory that is left for them.
 *
 * ```ts
 * sglangCapacity(qwen3_235b, { ...DEFAULT_WORKLOAD, tensorParallel: 4 }, {}, 17 * 2 ** 30).maxTotalNumTokens;
 * ```
 *
 * - States first: `stateBudget`. Pipeline stages have the same number, of the stage with the most recurrent layers.
 * - Then tokens, which are the context length where no layer attends: the rest over the bytes of a token in all layers, a
 *   sliding layer's times `--swa-full-tokens-ratio`, and a draft's; cut down to whole pages; the least of all stages. The
 *   page for padding comes on top of what was reckoned.
 * - A draft is reckoned to take as much for each of its layers as the model does. Before 0.5.14 it is not reckoned at all,
 *   and before 0.5.7 its rows in flight are added to the tokens.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`_resolve_memory_pool_config`), `model_executor/pool_configurator.py` (`DefaultPoolConfigurator`,
 * `HybridSWAPoolConfigurator`); v0.5.6, `model_executor/model_runner.py` (`init_memory_pool`).
 *
 * @param workload its `contextLength` is `--context-length`; `numSequences` does not matter.
 * @param availableBytes of one device: what `--mem-fraction-static` leaves beside the weights.
 * @param draft the model that drafts, where it is another than this one's own layers for multi-token prediction.
 * @throws InputError where SGLang cannot run the model or workload, the model has no cache, or nothing fits.
 */
export function sglangCapacity(
  model: Model,
  workload: Workload,
  settings: SglangSettings,
  availableBytes: number,
  draft?: Model,
): SglangCapacity {
  checkInteger(availableBytes, 'availableBytes', 0);
  const { maxMambaCacheSize: _, ...rest } = settings;
  const { shards, contextOf, tokens } = layoutOf(checkModel(model), checkWorkload(workload), rest, draft);
  const running = isDeepseekV4(model) ? { numSequences: requestsOfDeepseekV4(workload, settings) } : {};
  const contexts = shards
    .filter(({ replicas }) => replicas === shards[0]?.replicas)
    .map((shard) => ({ layers: shard.layers, context: contextOf({ ...shard, ...running }) }));
  const stages = contexts.map(({ layers, context }) => entriesOf(layers, context));
  const speculation = contexts[0]?.context.speculation;
  const perState = bytesOfStates(stages);
  const budget =
    perState === 0
      ? undefined
      : stateBudget(model, workload, settings, speculation, availableBytes / GIB, perState);
  const states = budget?.states;
  const left = budget === undefined ? availableBytes : Math.floor(budget.restGib * GIB);
  const cells = contexts.map(({ context }, stage) => cellOf(stages[stage] ?? [], context));
  const fitting = Math.min(
    ...cells.map((cell) => (cell === 0 ? Infinity : floorDiv(Math.max(0, left), cell))),
  );
  const inFlight = draftRowsInFlight(fitting, workload, settings, speculation);
  const capped = Math.min(
    fitting === Infinity ? workload.contextLength : fitting + inFlight,
    settings.maxTotalTokens ?? Infinity,
  );
  const pools = isDeepseekV4(model)
    ? leastOf(
        contexts.map(({ layers }) =>
          deepseekV4Tokens(model, layers, workload, settings, speculation, availableBytes, tokens.pageSize),
        ),
      )
    : (cappedWindows(contexts, stages, workload, left) ?? tokens.fromTokens(capped));
  if (states === 0 || pools.full + pools.sliding <= 0) {
    throw new InputError(
      `${availableBytes} bytes are not enough for a page of ${model.name} on SGLang; raise --mem-fraction-static or use more devices.`,
    );
  }
  const maxTotalNumTokens = pools.full === 0 ? pools.sliding : pools.full;
  const byStates = states === undefined ? Infinity : Math.floor(states / statesOfRequest(model, settings));
  const maxRunningRequests = runningRequests(model, workload, settings, maxTotalNumTokens, byStates);
  const drafts = contexts.map(({ context }) => draftEntriesOf(context));
  const largest = (ofStages: readonly (readonly Entry[])[], size: (entry: Entry) => number) =>
    Math.max(
      ...ofStages.map((entries) =>
        sum(entries, (entry) => slotsOf(entry, pools, states, maxRunningRequests) * size(entry)),
      ),
    );
  const windows = stages.map((entries) =>
    entries.filter((entry) => tokens.ratio !== undefined && entry.tokensPerSlot !== 1),
  );
  const ofPool = (name: string) => stages.map((entries) => entries.filter(({ pool }) => pool === name));
  return {
    maxTotalNumTokens,
    swaTokens: pools.sliding === 0 ? undefined : pools.sliding,
    keyBytes: largest(stages, ({ keyBytes }) => keyBytes),
    valueBytes: largest(stages, ({ valueBytes }) => valueBytes),
    swaKeyBytes: largest(windows, ({ keyBytes }) => keyBytes),
    swaValueBytes: largest(windows, ({ valueBytes }) => valueBytes),
    maxMambaCacheSize: states,
    convolutionBytes: largest(ofPool('recurrent'), ({ convolutionBytes }) => convolutionBytes),
    stateBytes: largest(ofPool('recurrent'), ({ stateBytes }) => stateBytes),
    speculativeConvolutionBytes: largest(ofPool(SPECULATIVE), ({ convolutionBytes }) => convolutionBytes),
    speculativeStateBytes: largest(ofPool(SPECULATIVE), ({ stateBytes }) => stateBytes),
    draftKeyBytes: largest(drafts, ({ keyBytes }) => keyBytes),
    draftValueBytes: largest(drafts, ({ valueBytes }) => valueBytes),
    maxRunningRequests,
  };
}

/**
 * Pools whose windows are sized by the requests that may run, which is so without a prefix cache where those are given;
 * the rest is for full layers. Undefined where windows follow `--swa-full-tokens-ratio`.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/model_executor/pool_configurator.py`
 * (`SWARequestCapPoolConfigurator`).
 */
function cappedWindows(
  contexts: readonly { readonly context: PoolContext }[],
  stages: readonly (readonly Entry[])[],
  workload: Workload,
  left: number,
): PoolTokens | undefined {
  const pools = contexts.map(({ context }, stage): PoolTokens | undefined => {
    const { model, settings, tokens, speculation } = context;
    const requests = requestsGiven(workload, settings);
    const isCapped =
      factsOf(settings).capsWindowsWithoutPrefixes &&
      settings.disableRadixCache === true &&
      tokens.ratio !== undefined;
    if (!isCapped || requests === undefined) {
      return undefined;
    }
    const { pageSize } = tokens;
    const window = longestWindowOf(model);
    const sliding = roundUp(
      windowsOfRequests(workload, settings, speculation, requests, window, pageSize),
      pageSize,
    );
    const cell = cellPartsOf(stages[stage] ?? [], context);
    const fitting = Math.floor((left - sliding * cell.sliding) / cell.full);
    const most = Math.min(fitting, settings.maxTotalTokens ?? Infinity);
    return { full: Math.floor(Math.max(0, most) / pageSize) * pageSize, sliding: fitting <= 0 ? 0 : sliding };
  });
  return pools.reduce((least, one) =>
    least !== undefined && one !== undefined && one.full < least.full ? one : least,
  );
}

function leastOf(stages: readonly PoolTokens[]): PoolTokens {
  return stages.reduce((least, one) => (one.full < least.full ? one : least));
}

const SPECULATIVE = 'speculative states';

/** Rows that drafts of all requests in flight take beside the tokens that fit, in releases that add them. */
function draftRowsInFlight(
  tokens: number,
  workload: Workload,
  settings: SglangSettings,
  speculation: PoolContext['speculation'],
): number {
  if (speculation?.hasDraft !== true || !factsOf(settings).addsDraftRows || tokens === Infinity) {
    return 0;
  }
  const { numSteps, topK, numDraftTokens } = speculation;
  const requests =
    requestsGiven({ dataParallel: 1 }, settings) ?? estimatedRequests(tokens, workload.contextLength);
  return requests * (numSteps * topK + numDraftTokens) + 100;
}

/**
 * What SGLang reckons a state of all layers of a stage to take: the model's, times the part of the recurrent layers that
 * the stage with the most has, cut down to whole bytes.
 */
function bytesOfStates(stages: readonly (readonly Entry[])[]): number {
  const own = stages.map((entries) => entries.filter(({ pool }) => pool === 'recurrent'));
  const counts = own.map((entries) => entries.length);
  const total = own.reduce((bytes, entries) => bytes + sum(entries, bytesOfState), 0);
  const layers = counts.reduce((all, count) => all + count, 0);
  return Math.floor(total * (Math.max(...counts) / Math.max(layers, 1)));
}

function bytesOfState({ convolutionBytes, stateBytes }: Entry): number {
  return convolutionBytes + stateBytes;
}

function slotsOf(
  entry: Entry,
  pools: PoolTokens,
  states: number | undefined,
  maxRunningRequests: number,
): number {
  if (bytesOfState(entry) === 0) {
    return entry.slots(pools);
  }
  return (entry.pool === SPECULATIVE ? maxRunningRequests : (states ?? 0)) + 1;
}

/**
 * What SGLang reckons that the tokens of a workload take beyond what it then allocates for them, in bytes: rows that are
 * cut off a sliding pool, less the page for padding, which comes on top. Of the stage where it is least; 0 for
 * DeepSeek-V4, whose reckoning is not known here.
 */
export function unreckonedBytes(
  model: Model,
  workload: Workload,
  settings: SglangSettings,
  draft?: Model,
): number {
  if (isDeepseekV4(model)) {
    return 0;
  }
  const { shards, contextOf, tokens } = layoutOf(model, workload, settings, draft);
  return Math.min(
    ...shards.map((shard) => {
      const context = contextOf(shard);
      const entries = entriesOf(shard.layers, context);
      const pools = tokens.needed(workload.contextLength, shard.numSequences);
      const reckoned = Math.ceil((pools.full === 0 ? pools.sliding : pools.full) * cellOf(entries, context));
      const allocated = sum(
        [...entries, ...draftEntriesOf(context)].filter((entry) => bytesOfState(entry) === 0),
        (entry) => entry.slots(pools) * (entry.keyBytes + entry.valueBytes),
      );
      return reckoned - allocated;
    }),
  );
}

/**
 * What a token is reckoned to take: a row in each buffer; in those of a sliding pool beside a full one, `ratio` of a row.
 * A draft's layers are reckoned like those of the model on average, or like full ones beside a sliding pool; the keys of
 * an indexer beside latents apart.
 */
function cellOf(entries: readonly Entry[], context: PoolContext): number {
  const { full, sliding } = cellPartsOf(entries, context);
  return full + (context.tokens.ratio ?? 0) * sliding;
}

/** Bytes of a token in the pool of full layers, with the draft's, and in that of sliding ones. */
function cellPartsOf(entries: readonly Entry[], context: PoolContext): PoolTokens {
  const { ratio } = context.tokens;
  const isSliding = ({ tokensPerSlot }: Entry) => ratio !== undefined && tokensPerSlot !== 1;
  const bytes = (chosen: readonly Entry[]) => sum(chosen, (entry) => entry.keyBytes + entry.valueBytes);
  const kept = entries.filter((entry) => !isSliding(entry));
  const [full, sliding] = [bytes(kept), bytes(entries.filter(isSliding))];
  const { countsDraftRows, countsDraftRowsBesideWindows } = factsOf(context.settings);
  const draftLayers = countsDraftRows ? draftLayersOf(context) : 0;
  const rows = kept.filter((entry) => bytesOfState(entry) === 0 && entry.pool !== 'indexer');
  if (draftLayers === 0 || rows.length === 0) {
    return { full, sliding };
  }
  if (ratio !== undefined) {
    const draft = countsDraftRowsBesideWindows ? (bytes(rows) / rows.length) * draftLayers : 0;
    return { full: full + draft, sliding };
  }
  const indexers = kept.filter(({ pool }) => pool === 'indexer');
  const isLatent = rows.some(({ pool }) => pool === 'latent');
  const average = isLatent ? bytes(rows) : bytes(rows) + bytes(indexers);
  const ofIndexers = isLatent && indexers.length > 0 ? (bytes(indexers) / indexers.length) * draftLayers : 0;
  return { full: full + Math.floor((average * draftLayers) / rows.length) + ofIndexers, sliding };
}

function sum(entries: readonly Entry[], size: (entry: Entry) => number): number {
  return entries.reduce((total, entry) => total + size(entry), 0);
}
