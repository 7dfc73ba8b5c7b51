import type { Workload } from '../../deployment/workload.js';
import type { Device } from '../../gpus/gpu.js';
import { factsOf, type SglangFacts } from './releases.js';
import type { SglangSettings } from './settings.js';

const MIB = 2 ** 20;

/** A device, and what `nvidia-smi` calls its total, which SGLang's defaults go by: CUDA reports less. */
export type SglangDevice = Device & { readonly reportedBytes?: number };

/**
 * MiB of a device that SGLang's defaults go by: what `nvidia-smi` prints, or CUDA where that prints none (GB10).
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/utils/common.py` (`get_nvgpu_memory_capacity`).
 */
export function capacityMib({ reportedBytes, total }: SglangDevice): number {
  return Math.floor((reportedBytes ?? total.bytes) / MIB);
}

/** A class of devices, up to so many MiB, and what it takes by default. */
interface DeviceClass {
  readonly below: number;
  /** Tokens of a prefill chunk. */
  readonly chunk: number;
  /** The largest batch that decode graphs are captured for, below 4 tensor-parallel ranks and from 4 on. */
  readonly few: number;
  readonly many: number;
}

/**
 * Devices by memory since 0.5.3: T4; A10, 4090 and 5090; L40 and A100 40GB; H100 and A100; H20 and H200; B200 and MI300.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/memory_hook.py` (`handle_gpu_memory_settings`).
 */
function classesOf({ smallDevice }: SglangFacts): readonly DeviceClass[] {
  return [
    { below: 20 * 1024, chunk: 2048, few: 8, many: 8 },
    { below: 35 * 1024, ...smallDevice },
    { below: 60 * 1024, chunk: 4096, few: 32, many: 160 },
    { below: 160 * 1024, chunk: 8192, few: 256, many: 512 },
    { below: Infinity, chunk: 16_384, few: 512, many: 512 },
  ];
}

function classOf(mib: number, facts: SglangFacts): DeviceClass {
  return classesOf(facts).find(({ below }) => mib < below) as DeviceClass;
}

/**
 * The default of `--chunked-prefill-size`, in tokens, before replicas of DP attention divide it.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/memory_hook.py` (`handle_gpu_memory_settings`);
 * v0.5.2, v0.4.7 and v0.4.6, `python/sglang/srt/server_args.py` (`__post_init__`).
 */
export function chunkedPrefillSizeOn(device: SglangDevice, settings: SglangSettings): number {
  if (settings.chunkedPrefillSize !== undefined) {
    return settings.chunkedPrefillSize;
  }
  const facts = factsOf(settings);
  const mib = capacityMib(device);
  switch (facts.memFraction) {
    case 'work':
      return classOf(mib, facts).chunk;
    case 'classes':
      return mib < 35 * 1024 ? 2048 : mib < 160 * 1024 ? 8192 : 16_384;
    case 'table':
      return facts.tableKnowsSpeculation && mib > 180_000 ? 16_384 : mib < 25_000 ? 2048 : 8192;
  }
}

/**
 * Tokens that a replica computes in one chunk of a prefill, as `chunked_prefill_size=` of the log: DP attention divides
 * them over its replicas.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/parallel_hook.py` (`handle_data_parallelism`).
 */
export function loggedPrefillSizeOn(
  device: SglangDevice,
  { dataParallel }: Workload,
  settings: SglangSettings,
): number {
  const size = chunkedPrefillSizeOn(device, settings);
  return settings.enableDpAttention === true ? Math.floor(size / dataParallel) : size;
}

/**
 * The largest batch that decode graphs are captured for, `--cuda-graph-max-bs`. Before 0.5.3 where nothing limits it the
 * list of sizes does: 160 on most devices, 256 and 512 on large ones.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/memory_hook.py` (`handle_gpu_memory_settings`);
 * v0.5.2, v0.4.7 and v0.4.6, `python/sglang/srt/server_args.py` (`__post_init__`),
 * `python/sglang/srt/model_executor/cuda_graph_runner.py` (`get_batch_sizes_to_capture`).
 */
export function decodeGraphBatchOn(
  device: SglangDevice,
  { tensorParallel, dataParallel }: Workload,
  settings: SglangSettings,
): number {
  if (settings.cudaGraphMaxBs !== undefined) {
    return settings.cudaGraphMaxBs;
  }
  const facts = factsOf(settings);
  const mib = capacityMib(device);
  switch (facts.memFraction) {
    case 'work': {
      const { few, many } = classOf(mib, facts);
      const size = tensorParallel < 4 ? few : many;
      return facts.requestsLimitGraphs ? Math.min(size, settings.maxRunningRequests ?? size) : size;
    }
    case 'classes':
      if (mib < 35 * 1024) {
        return tensorParallel < 4 ? 8 : 80;
      }
      return mib > 160_000 ? 512 : mib > 90 * 1024 ? 256 : 160;
    case 'table':
      if (mib < 25_000) {
        return tensorParallel < 4 ? 8 : 80;
      }
      if (facts.tableKnowsSpeculation) {
        return mib > 180_000 ? 512 : mib > 96 * 1024 ? 256 : 160;
      }
      return mib > 81_920 && dataParallel === 1 ? 256 : 160;
  }
}
