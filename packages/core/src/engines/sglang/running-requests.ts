import type { Workload } from '../../deployment/workload.js';
import type { Model } from '../../model/model.js';
import { isDeepseekV4 } from './architectures.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';

/** Requests that run at a time with speculation where nothing is said. */
const SPECULATIVE_REQUESTS = 48;

/** The same for DeepSeek-V4. */
const DEEPSEEK_V4_REQUESTS = 256;

/**
 * Requests that a replica is to run at a time, as given or set by speculation; undefined where neither is. Replicas of DP
 * attention share those that are given.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/speculative_hook.py`,
 * `mem_cache/kv_cache_configurator.py` (`resolve_max_num_reqs`).
 */
export function requestsGiven(
  { dataParallel }: Pick<Workload, 'dataParallel'>,
  { maxRunningRequests, speculativeAlgorithm, enableDpAttention, version }: SglangSettings,
  otherwise?: number,
): number | undefined {
  const given =
    maxRunningRequests ??
    otherwise ??
    (speculativeAlgorithm === undefined ? undefined : SPECULATIVE_REQUESTS);
  if (given === undefined) {
    return undefined;
  }
  const share = Math.floor(given / (enableDpAttention === true ? dataParallel : 1));
  return factsOf({ ...(version === undefined ? {} : { version }) }).runsOneAtLeast
    ? Math.max(1, share)
    : share;
}

/** Requests that a replica of DeepSeek-V4 is to run at a time. */
export function requestsOfDeepseekV4(workload: Workload, settings: SglangSettings): number {
  return requestsGiven(workload, settings, DEEPSEEK_V4_REQUESTS) ?? DEEPSEEK_V4_REQUESTS;
}

/** Rows of the pool of requests where nothing is said: at least and at most. */
const LEAST_ROWS = 2048;
const MOST_ROWS = 4096;

/** Requests of 1/512 of the context each that the tokens would hold, as SGLang estimates the rows of its pool. */
export function estimatedRequests(tokens: number, contextLength: number): number {
  return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.trunc((tokens / contextLength) * 512)));
}

/**
 * `max_running_requests` of the log: those that are given, or an estimate; no more than half the tokens, and than the
 * states of recurrent layers allow.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py` (`resolve_max_num_reqs`);
 * v0.5.10, `model_executor/model_runner_kv_cache_mixin.py` (`_resolve_max_num_reqs`); v0.5.9 and v0.4.6,
 * `managers/tp_worker.py` (`TpModelWorker.__init__`), `model_executor/model_runner.py` (`init_memory_pool`).
 *
 * @param tokens `max_total_num_tokens`.
 * @param byStates requests that the states allow; Infinity without any.
 */
export function runningRequests(
  model: Model,
  workload: Workload,
  settings: SglangSettings,
  tokens: number,
  byStates: number,
): number {
  const facts = factsOf(settings);
  const given = isDeepseekV4(model)
    ? requestsOfDeepseekV4(workload, settings)
    : requestsGiven(workload, settings);
  const half = Math.floor(tokens / 2);
  const estimated = estimatedRequests(tokens, workload.contextLength);
  switch (facts.runningRequests) {
    case 'rows': {
      const asked = requestsGiven({ dataParallel: 1 }, settings);
      const rows = (asked ?? estimated) + (facts.hasRowMore ? 1 : 0);
      return Math.min(given ?? half, rows, byStates);
    }
    case 'estimated':
      return Math.min(given ?? half, estimated, byStates);
    case 'halfOfTokens':
      return Math.min(given ?? estimated, half, byStates);
  }
}
