import type { Workload } from '../../deployment/workload.js';
import type { SglangSettings } from './settings.js';
import type { Speculation } from './speculation.js';

/** `SGLANG_SWA_EVICTION_INTERVAL`: decoded tokens after which the oldest of a window are given back. */
const EVICTION_INTERVAL = 128;

/** Chunks of prefills in flight at a time. */
const CHUNKS_IN_FLIGHT = 2;

/** `--chunked-prefill-size` on a Hopper GPU. */
const USUAL_CHUNK = 8192;

/**
 * Tokens of windows that running requests may hold at a time: each its window, what it decodes before the oldest are given
 * back, and a page; and two chunks of prefills.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/model_executor/pool_configurator.py`
 * (`compute_swa_request_cap`), `mem_cache/allocation_sizing.py` (`get_alloc_len_per_decode`).
 */
export function windowsOfRequests(
  { dataParallel }: Workload,
  { chunkedPrefillSize = USUAL_CHUNK, enableDpAttention }: SglangSettings,
  speculation: Speculation | undefined,
  requests: number,
  window: number,
  pageSize: number,
): number {
  const chunk = Math.floor(chunkedPrefillSize / (enableDpAttention === true ? dataParallel : 1));
  const drafted = speculation?.numDraftTokens ?? 1;
  const decoded = speculation === undefined ? pageSize : 2 * tokensOfStep(speculation, pageSize);
  const ofRequest = window + EVICTION_INTERVAL * drafted + pageSize + decoded;
  return ofRequest * requests + CHUNKS_IN_FLIGHT * chunk + pageSize;
}

/** Tokens that a request may allocate in a step: branches of a tree each take whole pages. */
function tokensOfStep({ hasDraft, numSteps, topK, numDraftTokens }: Speculation, pageSize: number): number {
  if (pageSize === 1 || topK === 1 || !hasDraft) {
    return Math.max(Math.max(numSteps, 1) * topK, numDraftTokens);
  }
  const pages = Math.floor((2 * (pageSize - 1) + numSteps) / pageSize);
  return Math.max(pages * pageSize * topK, numDraftTokens);
}
