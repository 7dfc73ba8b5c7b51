import type { Device } from '../../gpus/gpu.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';

const GIB = 2 ** 30;

/** The settings that vLLM takes on a device when told nothing. */
export function settingsOn(
  device: Device,
  settings: VllmSettings,
): Pick<VllmSettings, 'maxNumBatchedTokens' | 'maxNumSeqs' | 'gdnPrefillBackend'> {
  const { name, total } = device;
  const gdnPrefillBackend = gdnPrefillBackendOn(device);
  return {
    maxNumBatchedTokens: batchedTokensOn(name, total.bytes, settings),
    maxNumSeqs: sequencesOn(name, total.bytes, settings),
    ...(gdnPrefillBackend === undefined ? {} : { gdnPrefillBackend }),
  };
}

/**
 * The kernels of gated delta nets: FlashInfer's on compute capability 9.0, 10.x and 12.x (there with CUDA 13, for which the
 * wheels are built, and keys of 128 elements), else Triton's. Undefined where neither vendor nor capability are known.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/layers/mamba/gdn/qwen_gdn_linear_attn.py`
 * (`_resolve_gdn_prefill_backend`).
 */
function gdnPrefillBackendOn({ vendor, computeCapability }: Device): 'flashinfer' | 'triton' | undefined {
  if (computeCapability === undefined) {
    return vendor === undefined || vendor === 'NVIDIA' ? undefined : 'triton';
  }
  return /^(9\.0|10\.\d+|12\.\d+)$/.test(computeCapability) ? 'flashinfer' : 'triton';
}

/**
 * The default of `--gpu-memory-utilization`: 0.92, and 0.9 before 0.20. vLLM takes `ceil(total x utilization)` bytes.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.19.0, `vllm/config/cache.py`; `vllm/v1/worker/utils.py` (`request_memory`).
 */
export function gpuMemoryUtilization(settings: VllmSettings): number {
  return factsOf(settings).gpuMemoryUtilization;
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
  if (memoryBytes >= 160 * GIB && factsOf(settings).hasHugeGpus) {
    return 16_384;
  }
  return isLarge(name, memoryBytes) ? 8192 : 2048;
}

/**
 * The default of `--max-num-seqs`: 1024 on a GPU of 70 GiB or more other than an A100, else 256; no more than
 * `--max-num-batched-tokens`.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.25.0, `vllm/engine/arg_utils.py` (`get_batch_defaults`,
 * `_set_default_max_num_seqs_and_batched_tokens_args`).
 */
export function sequencesOn(name: string, memoryBytes: number, settings: VllmSettings): number {
  const tokens = settings.maxNumBatchedTokens ?? batchedTokensOn(name, memoryBytes, settings);
  const isHuge = memoryBytes >= 160 * GIB && factsOf(settings).hasHugeGpus;
  return Math.min(tokens, isHuge || isLarge(name, memoryBytes) ? 1024 : 256);
}

/**
 * A GB10, the chip of DGX Spark, is a small one whatever its memory: 0.33 says so, and before NVML does not give its
 * memory, for which vLLM then takes what it does for small GPUs (public logs of 0.17 to 0.27).
 */
function isLarge(name: string, memoryBytes: number): boolean {
  return memoryBytes >= 70 * GIB && !/a100|gb10\b/i.test(name);
}
