import type { Workload } from '../../deployment/workload.js';
import { memoriesOf, type RecurrentLayer } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import { gatedDeltaNetsCheckpoint } from './block-size.js';
import { proposesOnHost } from './draft.js';
import { mambaCacheModeOf } from './mamba-cache-mode.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import type { Spec } from './spec.js';
import { modelDtype } from './states.js';

/** How many blocks of a cache a request may need. */
export interface RequestRules {
  readonly blocks: (spec: Spec, contextLength: number) => number;
  /** Tokens of a request after which it needs no more blocks. */
  readonly growsUntil: (spec: Spec) => number;
  /** Tokens that a block stands for in the log of releases before 0.21: a state without prefix caching, for all. */
  readonly tokensOfBlock: (spec: Spec, contextLength: number) => number;
  /** The rule in words. */
  readonly explain: (spec: Spec, contextLength: number) => string;
}

/** What `vllm serve` takes for a GPU of 70 GiB and more: `EngineArgs.get_batch_defaults`, `vllm/engine/arg_utils.py`. */
const DEFAULT_BATCHED_TOKENS = 8192;

/**
 * Blocks that a request of L tokens may need, as vLLM reckons them when it starts and admits requests. B is the block
 * size; F the tokens in flight: `--max-num-batched-tokens`, since 0.26 times the batches at a time (pipeline stages,
 * and one more with asynchronous scheduling).
 *
 * - full and latent: `ceil(ceil(L / contextParallel) / B)`.
 * - sliding: `ceil(min(window - 1 + F, L) / B) + 1`, for a window may begin within a block.
 * - chunked: `ceil(min(chunk + F, L) / B)`.
 * - cross: `ceil(max_num_encoder_input_tokens / B)`, which is `--max-num-batched-tokens`, for any encoder's output. Such a
 *   model computes a prompt at once, so this is at least the context length by default, and must be.
 * - recurrent: 1, or `ceil(L / B)` in the mamba cache mode `all`; in `align` 2, and one more for layers that export a
 *   state from within a prefill (Mamba 2 since 0.32, gated delta nets since 0.33 with FlashInfer, Kimi delta attention with
 *   a bounded gate since 0.29, by FlashKDA); one more for each speculated token since 0.15, in `all` since 0.22.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/kv_cache_interface.py` (`max_memory_usage_bytes`),
 * `vllm/config/vllm.py` (`max_in_flight_tokens`, `max_concurrent_batches`), `vllm/config/scheduler.py`
 * (`verify_max_model_len`), `vllm/v1/core/encoder_cache_manager.py` (`compute_mm_encoder_budget`),
 * `vllm/model_executor/layers/mamba/mamba_mixer2.py` and `gdn/qwen_gdn_linear_attn.py`, `vllm/models/kimi_k3/nvidia/kda.py`
 * (`get_kv_cache_spec`, `is_flashkda_supported`).
 *
 * @throws InputError for a batch that an encoder's output or a prompt does not fit in.
 */
export function requestRules(
  specs: readonly Spec[],
  model: Model,
  workload: Workload,
  settings: VllmSettings,
): RequestRules {
  const { pipelineParallel, contextParallel } = workload;
  const { maxNumBatchedTokens = DEFAULT_BATCHED_TOKENS, asyncScheduling = !proposesOnHost(settings) } =
    settings;
  const batches = factsOf(settings).countsBatchesInFlight ? pipelineParallel + (asyncScheduling ? 1 : 0) : 1;
  const inFlight = batches * maxNumBatchedTokens;
  const mode = mambaCacheModeOf(specs, model, settings);
  const { numSpeculativeTokens = 0 } = settings;
  const { countsSpeculatedStates, countsSpeculatedStatesOfAll } = factsOf(settings);
  const counted = mode === 'all' ? countsSpeculatedStatesOfAll : countsSpeculatedStates;
  const statesOfDraft = counted ? numSpeculativeTokens : 0;
  const states = mode === 'none' ? 1 : statesOfPrefix(model, settings);

  const tokensKept = (spec: Spec): number => {
    const { kind, limit = 0 } = spec;
    switch (kind) {
      case 'sliding':
        return limit - 1 + inFlight;
      case 'chunked':
        return limit + inFlight;
      default:
        return Infinity;
    }
  };
  const blocks = (spec: Spec, contextLength: number): number => {
    switch (spec.kind) {
      case 'recurrent':
        return (mode === 'all' ? ceilDiv(contextLength, spec.blockSize) : states) + statesOfDraft;
      case 'cross':
        return ceilDiv(encoderInputTokens(model, spec, contextLength, settings), spec.blockSize);
      case 'full':
      case 'latent':
        return ceilDiv(ceilDiv(contextLength, contextParallel), spec.blockSize);
      case 'sliding':
        return ceilDiv(Math.min(contextLength, tokensKept(spec)), spec.blockSize) + 1;
      case 'chunked':
        return ceilDiv(Math.min(contextLength, tokensKept(spec)), spec.blockSize);
    }
  };
  return {
    blocks,
    growsUntil: (spec) =>
      (spec.kind === 'recurrent' && mode !== 'all') || spec.kind === 'cross' ? 0 : tokensKept(spec),
    tokensOfBlock: ({ kind, blockSize }, contextLength) =>
      kind === 'recurrent' && mode === 'none' ? contextLength : blockSize,
    explain: (spec, contextLength) => {
      const { kind, limit, blockSize } = spec;
      switch (kind) {
        case 'recurrent':
          return [
            ...(mode === 'all'
              ? [`a state for each of ceil(${contextLength} tokens / ${blockSize}) blocks`]
              : []),
            ...(mode === 'align' ? [`${states} states with prefix caching`] : []),
            ...(mode === 'none' ? ['one state'] : []),
            ...(statesOfDraft === 0 ? [] : [`${statesOfDraft} of speculated tokens`]),
          ].join(' and ');
        case 'cross':
          return `blocks: ceil(max_num_encoder_input_tokens ${encoderInputTokens(model, spec, contextLength, settings)} / ${blockSize})`;
        case 'sliding':
          return `blocks: ceil(min(${contextLength} tokens, window ${limit} - 1 + ${inFlight} in flight) / ${blockSize}) + 1`;
        case 'chunked':
          return `blocks: ceil(min(${contextLength} tokens, chunk ${limit} + ${inFlight} in flight) / ${blockSize})`;
        default:
          return contextParallel === 1
            ? `blocks: ceil(${contextLength} tokens / ${blockSize})`
            : `blocks: ceil(ceil(${contextLength} tokens / ${contextParallel} ranks) / ${blockSize})`;
      }
    },
  };
}

function encoderInputTokens(
  { name }: Model,
  { limit = 0 }: Spec,
  contextLength: number,
  { maxNumBatchedTokens = Math.max(DEFAULT_BATCHED_TOKENS, contextLength) }: VllmSettings,
): number {
  if (maxNumBatchedTokens < Math.max(limit, contextLength)) {
    throw new InputError(
      `--max-num-batched-tokens is ${maxNumBatchedTokens}, but vLLM computes the ${limit} tokens of the encoder of ${name}, and prompts of ${contextLength}, at once; give at least ${Math.max(limit, contextLength)}.`,
    );
  }
  return maxNumBatchedTokens;
}

/** The states of the mode `align`. */
function statesOfPrefix(model: Model, settings: VllmSettings): number {
  const layers = model.layers.flatMap(memoriesOf).filter((memory) => memory.kind === 'recurrent');
  const mechanisms = new Set(layers.map(({ mechanism }) => mechanism));
  const checkpoints =
    (mechanisms.has('mamba2') && factsOf(settings).mamba2Checkpoints) ||
    (mechanisms.has('gated_delta_net') && gatedDeltaNetsCheckpoint(settings)) ||
    layers.some((layer) => runsOnFlashKda(layer, model, settings));
  return checkpoints ? 3 : 2;
}

/** Heads of the only size that FlashKDA takes. */
const FLASH_KDA_HEAD_DIM = 128;

/** FlashKDA computes in bf16, with states in bf16 or fp32, and gates with a lower bound only. */
function runsOnFlashKda(layer: RecurrentLayer, model: Model, settings: VllmSettings): boolean {
  return (
    factsOf(settings).hasFlashKda &&
    layer.hasBoundedGate === true &&
    layer.state?.shape.at(-1) === FLASH_KDA_HEAD_DIM &&
    modelDtype(model) === 'bf16' &&
    settings.mambaSsmCacheDtype !== 'float16'
  );
}
