import type { Workload } from '../../deployment/workload.js';
import type { Model } from '../../model/model.js';
import { hasFlashAttention } from './architectures.js';
import { cellRules } from './cells.js';
import type { Placement } from './placement.js';
import { poolsOf } from './pools.js';
import type { LlamacppSettings } from './settings.js';

/**
 * Bytes of the caches on each device, and on the host, last: each where its block is, or all on the host with
 * `--no-kv-offload`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-kv-cache.cpp` (`llama_kv_cache::llama_kv_cache`, `offload`).
 */
export function placedCache(
  model: Model,
  workload: Workload,
  settings: LlamacppSettings,
  placement: Placement,
): readonly number[] {
  const context = {
    model,
    workload,
    cells: cellRules(model, workload.numSequences, settings),
    flashAttention: settings.flashAttn !== 'off' && hasFlashAttention(model),
  };
  return Array.from({ length: placement.devices + 1 }, (_, backend) => {
    const layers = model.layers.filter((_layer, block) => placement.cache(block) === backend);
    return poolsOf(layers, context).reduce((bytes, pool) => {
      const perToken = pool.keyBytesPerToken + pool.valueBytesPerToken;
      return bytes + pool.tokens(workload.contextLength) * perToken + pool.stateBytes;
    }, 0);
  });
}
