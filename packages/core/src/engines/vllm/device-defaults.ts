import { isSince, type VllmSettings } from './settings.js';

const GIB = 2 ** 30;

/**
 * The default of `--gpu-memory-utilization`: 0.92, and 0.9 before 0.20. vLLM takes `ceil(total x utilization)` bytes.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.19.0, `vllm/config/cache.py`; `vllm/v1/worker/utils.py` (`request_memory`).
 */
export function gpuMemoryUtilization(settings: VllmSettings): number {
  return isSince(settings, 20) ? 0.92 : 0.9;
}

/**
 * The default of `--max-num-batched-tokens` for `vllm serve` on a GPU: 16384 from 160 GiB on since 0.28, 8192 from
 * 70 GiB on other than an A100, else 2048.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.27.0, `vllm/engine/arg_utils.py` (`get_batch_defaults`).
 *
 * @param name as the driver gives it, such as `NVIDIA A100-SXM4-80GB`.
 */
export function batchedTokensOn(name: string, memoryBytes: number, settings: VllmSettings): number {
  if (memoryBytes >= 160 * GIB && isSince(settings, 28)) {
    return 16_384;
  }
  return memoryBytes >= 70 * GIB && !name.toLowerCase().includes('a100') ? 8192 : 2048;
}
