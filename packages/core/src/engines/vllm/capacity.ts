import { checkWorkload, type Workload } from '../../deployment/workload.js';
import { checkModel, type Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { checkInteger } from '../../text/exact.js';
import { blockLayoutOf } from './layout.js';
import { nullBlocks } from './null-block.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import { startUpNeeds } from './start-up.js';

/** What vLLM logs when it starts, and what leads to it. */
export interface VllmCapacity {
  /** Blocks of the pool, the null block included. */
  readonly numBlocks: number;
  /** Blocks that one request of `contextLength` tokens may need. */
  readonly blocksPerRequest: number;
  /** `X GiB KV cache is needed` for one request, in bytes, on the device that needs the most: see `startUpNeeds`. */
  readonly requestBytes: number;
  /** `GPU KV cache size: N tokens`. */
  readonly tokens: number;
  /** `Maximum concurrency for N tokens per request: X.XXx`, not rounded. */
  readonly maxConcurrency: number;
  /** Whether vLLM starts: what it says that one request needs is there. */
  readonly startsUp: boolean;
}

/**
 * The numbers that vLLM logs, from the memory that it has for its cache.
 *
 * ```ts
 * vllmCapacity(gptOss120b, { ...DEFAULT_WORKLOAD, contextLength: 131_072 }, {}, 60 * 2 ** 30).tokens;
 * ```
 *
 * - `num_blocks`: the memory over the bytes of a block, rounded down; the least of all pipeline stages; or
 *   `--num-gpu-blocks-override`.
 * - concurrency: `num_blocks` over the blocks of one request.
 * - tokens: concurrency times the context length. Before 0.20.1, `num_blocks // groups x block size`, times the context
 *   parallel ranks.
 * - One request must fit into the memory (since 0.20.1 into that of the overridden blocks), since 0.29 without the null
 *   block.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/core/kv_cache_utils.py` (`get_max_concurrency_for_kv_cache_config`,
 * `get_kv_cache_capacity`), `vllm/v1/core/kv_cache_planning.py` (`get_kv_cache_configs`); v0.20.0,
 * `vllm/v1/core/kv_cache_utils.py` (`_report_kv_cache_config`).
 *
 * @param workload its `contextLength` is `--max-model-len`; `numSequences` and `dataParallel` do not matter.
 * @param availableBytes of one device: "Available KV cache memory" of the log, or `--kv-cache-memory-bytes`.
 * @param draft the model that drafts, where it is another than this one's own layers for multi-token prediction.
 * @throws InputError where vLLM cannot run the model or workload, or the model has no cache.
 */
export function vllmCapacity(
  model: Model,
  workload: Workload,
  settings: VllmSettings,
  availableBytes: number,
  draft?: Model,
): VllmCapacity {
  checkInteger(availableBytes, 'availableBytes', 0);
  const layout = blockLayoutOf(checkModel(model), checkWorkload(workload), settings, draft);
  const { groups, stages, rules, blocksPerRequest, blocksOfConcurrency } = layout;
  if (groups.length === 0) {
    throw new InputError(`${model.name} has no cache, so vLLM logs no size of one.`);
  }
  const { contextLength, contextParallel } = workload;
  const { logsTokensOfRequests, checksOverriddenBlocks } = factsOf(settings);
  const { numGpuBlocksOverride } = settings;
  const numBlocks =
    numGpuBlocksOverride ??
    Math.min(...stages.map(({ blockBytes }) => Math.floor(availableBytes / blockBytes)));
  const ofRequest = blocksPerRequest(contextLength);
  const maxConcurrency = numBlocks / blocksOfConcurrency(contextLength);
  const smallestBlock = Math.min(...groups.flat().map((spec) => rules.tokensOfBlock(spec, contextLength)));
  const needs = startUpNeeds(layout, contextLength, settings);
  return {
    numBlocks,
    blocksPerRequest: ofRequest,
    requestBytes: Math.max(...needs),
    tokens: logsTokensOfRequests
      ? Math.floor(maxConcurrency * contextLength)
      : Math.floor(numBlocks / groups.length) * smallestBlock * contextParallel,
    maxConcurrency,
    startsUp: needs.every((bytes, stage) => {
      const blockBytes = stages[stage]?.blockBytes ?? 0;
      const checked =
        numGpuBlocksOverride !== undefined && checksOverriddenBlocks
          ? numGpuBlocksOverride * blockBytes
          : availableBytes;
      return bytes <= checked - nullBlocks(settings) * blockBytes;
    }),
  };
}
