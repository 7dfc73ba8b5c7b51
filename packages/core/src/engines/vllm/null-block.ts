import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';

/**
 * Blocks of the pool that vLLM does not count on when it checks whether requests fit: since 0.29 the null block, which is
 * never given to any.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/core/kv_cache_planning.py` (`get_kv_cache_configs`).
 */
export function nullBlocks(settings: VllmSettings): number {
  return factsOf(settings).nullBlockCounts ? 1 : 0;
}
