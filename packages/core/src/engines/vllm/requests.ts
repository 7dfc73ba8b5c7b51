import { InputError } from '../../errors.js';
import { ceilDiv } from '../../exact.js';
import type { Model } from '../../model.js';
import type { Workload } from '../../workload.js';
import { gatedDeltaNetsCheckpoint, keepsPrefixStates } from './block-size.js';
import { isSince, type VllmSettings } from './settings.js';
import type { Spec } from './spec.js';

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
 * - cross: `ceil(max_num_encoder_input_tokens / B)`, which is `--max-num-batched-tokens`, for any encoder's output.
 * - recurrent: 1; with prefix caching 2, and one more for layers that export a state from within a prefill (Mamba 2
 *   since 0.32, gated delta nets since 0.33 with FlashInfer).
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/kv_cache_interface.py` (`max_memory_usage_bytes`),
 * `vllm/config/vllm.py` (`max_in_flight_tokens`, `max_concurrent_batches`), `vllm/config/scheduler.py`,
 * `vllm/model_executor/layers/mamba/mamba_mixer2.py` and `gdn/qwen_gdn_linear_attn.py` (`get_kv_cache_spec`).
 *
 * @throws InputError for states with a prefix cache in releases that keep them for each block.
 */
export function requestRules(
  specs: readonly Spec[],
  model: Model,
  workload: Workload,
  settings: VllmSettings,
): RequestRules {
  const { pipelineParallel, contextParallel } = workload;
  const { maxNumBatchedTokens = DEFAULT_BATCHED_TOKENS, asyncScheduling = true } = settings;
  const batches = isSince(settings, 26) ? pipelineParallel + (asyncScheduling ? 1 : 0) : 1;
  const inFlight = batches * maxNumBatchedTokens;
  const states = statesOfRequest(specs, model, settings);

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
        return states;
      case 'cross':
        return ceilDiv(Math.max(maxNumBatchedTokens, spec.limit ?? 0), spec.blockSize);
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
    growsUntil: (spec) => (spec.kind === 'recurrent' || spec.kind === 'cross' ? 0 : tokensKept(spec)),
    tokensOfBlock: ({ kind, blockSize }, contextLength) =>
      kind === 'recurrent' && states === 1 ? contextLength : blockSize,
    explain: ({ kind, limit, blockSize }, contextLength) => {
      switch (kind) {
        case 'recurrent':
          return states === 1 ? 'one state' : `${states} states with prefix caching`;
        case 'cross':
          return `blocks: ceil(max_num_encoder_input_tokens ${Math.max(maxNumBatchedTokens, limit ?? 0)} / ${blockSize})`;
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

function statesOfRequest(specs: readonly Spec[], model: Model, settings: VllmSettings): number {
  if (!keepsPrefixStates(specs, settings)) {
    return 1;
  }
  const mechanisms = new Set(
    model.layers.flatMap((layer) =>
      (layer.kind === 'composite' ? layer.parts : [layer]).flatMap((memory) =>
        memory.kind === 'recurrent' ? [memory.mechanism] : [],
      ),
    ),
  );
  const isMamba = mechanisms.has('mamba') || mechanisms.has('mamba2');
  if (isMamba && !isSince(settings, 28)) {
    throw new InputError(
      `Up to 0.27 vLLM keeps the Mamba states of ${model.name} for each block with prefix caching (mamba cache mode "all"), which is not known here; give --no-enable-prefix-caching, or take a newer --engine-version.`,
    );
  }
  const checkpoints =
    (mechanisms.has('mamba2') && isSince(settings, 32)) ||
    (mechanisms.has('gated_delta_net') && gatedDeltaNetsCheckpoint(settings));
  return checkpoints ? 3 : 2;
}
