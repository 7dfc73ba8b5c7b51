import type { Workload } from '../../deployment/workload.js';
import type { Model } from '../../model/model.js';
import { fixedHalfEven } from '../../text/exact.js';
import type { VllmMemorySettings } from './budget/settings.js';
import { vllmCapacity } from './capacity.js';
import { factsOf } from './releases.js';

const GIB = 2 ** 30;

/**
 * The lines about the cache that vLLM logs when it starts, as it prints them, from the memory that it has for it.
 *
 * ```ts
 * vllmLogLines(llama31, { ...DEFAULT_WORKLOAD, contextLength: 8192 }, { version: '0.19' }, 62_392_400_000);
 * // ['Available KV cache memory: 58.11 GiB', 'GPU KV cache size: 476,016 tokens',
 * //  'Maximum concurrency for 8,192 tokens per request: 58.11x']
 * ```
 *
 * With `--kv-cache-memory-bytes` nothing is available but what was given, so the first line is not printed; with
 * `--num-gpu-blocks-override` it is, and the cache has so many blocks.
 *
 * Source: vllm-project/vllm v0.10.0 to v0.33.0, `vllm/v1/worker/gpu_worker.py` (`determine_available_memory`),
 * `vllm/utils/mem_utils.py` (`format_gib`), `vllm/v1/core/kv_cache_utils.py` (`_report_kv_cache_config`,
 * `update_kv_cache_capacity`).
 *
 * @param availableBytes of one device.
 * @throws InputError as `vllmCapacity` does.
 */
export function vllmLogLines(
  model: Model,
  workload: Workload,
  settings: VllmMemorySettings,
  availableBytes: number,
): readonly string[] {
  const { kvCacheMemoryBytes } = settings;
  const { tokens, maxConcurrency } = vllmCapacity(model, workload, settings, availableBytes);
  const size = `GPU KV cache size: ${grouped(tokens)} tokens`;
  const concurrency = `Maximum concurrency for ${grouped(workload.contextLength)} tokens per request: ${fixedHalfEven(maxConcurrency, 2)}x`;
  return [
    ...(kvCacheMemoryBytes === undefined ? [availableLine(availableBytes, settings)] : []),
    ...(factsOf(settings).logsCapacityInOneLine ? [`${size}, ${concurrency}`] : [size, concurrency]),
  ];
}

function availableLine(bytes: number, settings: VllmMemorySettings): string {
  const gib = fixedHalfEven(bytes / GIB, 2);
  return `Available KV cache memory: ${factsOf(settings).logsGibWithoutZeros ? withoutZeros(gib) : gib} GiB`;
}

/** As Python prints a number: at least one decimal. */
function withoutZeros(decimals: string): string {
  return decimals.replace(/0$/, '');
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
