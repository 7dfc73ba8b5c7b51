import type { Workload } from '../../deployment/workload.js';
import type { SglangSettings } from './settings.js';

/**
 * Devices that a workload takes: with `--enable-dp-attention` the replicas share those of tensor parallelism, so that
 * `--tp 8 --dp 8` runs on 8.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/parallel_hook.py` (`handle_data_parallelism`).
 */
export function sglangDevicesOf(
  { tensorParallel, pipelineParallel, dataParallel }: Workload,
  { enableDpAttention }: SglangSettings,
): number {
  return tensorParallel * pipelineParallel * (enableDpAttention === true ? 1 : dataParallel);
}
