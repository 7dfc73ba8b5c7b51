import type { Workload } from '../../deployment/workload.js';
import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { isDeepseekV4 } from './architectures.js';
import { chunkedPrefillSizeOn, decodeGraphBatchOn, type SglangDevice } from './device-defaults.js';
import { isMultimodal } from './multimodal.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';

/**
 * Batch sizes that decode graphs are captured for: close together where there are few sequences; with speculation closer.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/cuda_graph_hook.py`
 * (`generate_decode_cuda_graph_batch_sizes`).
 */
export function decodeGraphSizes(
  device: SglangDevice,
  workload: Workload,
  settings: SglangSettings,
): readonly number[] {
  if (settings.disableCudaGraph === true) {
    return [];
  }
  const largest = decodeGraphBatchOn(device, workload, settings);
  const sizes =
    settings.speculativeAlgorithm === undefined
      ? [1, 2, 4, 8, 12, ...range(16, 256, 8), ...range(272, 511, 16), ...range(512, largest, 32)]
      : [
          ...range(1, 8, 1),
          ...range(10, 32, 2),
          ...range(40, 64, 4),
          ...range(72, 256, 8),
          ...range(272, largest, 16),
        ];
  const fitting = sizes.filter((size) => size <= largest);
  return fitting.includes(largest) ? fitting : [...fitting, largest];
}

/**
 * Tokens that graphs of prefills are captured for: up to those of a chunk; none where the release, the model or the
 * parallelism has no such graphs.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/cuda_graph_hook.py`
 * (`generate_prefill_cuda_graph_batch_sizes`, `disable_breakable_cudagraph_if_incompatible`,
 * `apply_cuda_graph_compatibility`), `arg_groups/memory_hook.py` (`handle_gpu_memory_settings`); v0.5.10 to v0.5.18,
 * `python/sglang/srt/server_args.py` (`_handle_piecewise_cuda_graph`, `_disable_tc_piecewise_cudagraph_if_incompatible`).
 *
 * @param isContextGiven whether `--context-length` is, not only the model's own.
 */
export function prefillGraphSizes(
  model: Model,
  device: SglangDevice,
  workload: Workload,
  settings: SglangSettings,
  isContextGiven: boolean,
): readonly number[] {
  if (!hasPrefillGraphs(model, device, workload, settings)) {
    return [];
  }
  const largest = Math.min(
    chunkedPrefillSizeOn(device, settings),
    settings.maxTotalTokens ?? Infinity,
    /llama-2/i.test(model.id) ? 4096 : Infinity,
    isContextGiven && factsOf(settings).contextLimitsPrefillGraphs ? workload.contextLength : Infinity,
  );
  const sizes = [
    ...[...range(4, 32, 4), ...range(48, 256, 16), ...range(288, 512, 32), ...range(576, 1024, 64)],
    ...[...range(1280, 4096, 256), ...range(4608, largest, 512)],
  ];
  return sizes.filter((size) => size <= largest);
}

function hasPrefillGraphs(
  model: Model,
  { vendor }: SglangDevice,
  { pipelineParallel }: Workload,
  settings: SglangSettings,
): boolean {
  const facts = factsOf(settings);
  const isOff = settings.disableCudaGraph === true && facts.disablesPrefillGraphs;
  if (isOff || facts.prefillGraphs === 'none') {
    return false;
  }
  const isNvidia = vendor === undefined || vendor === 'NVIDIA';
  const { architecture } = model;
  const sharesDevices = settings.enableDpAttention === true;
  if (facts.prefillGraphs === 'compiled' || facts.multimodalCompiled.includes(architecture)) {
    const isBreakable =
      facts.prefillGraphs === 'breakable' && facts.multimodalBreakable.includes(architecture);
    if (!isBreakable) {
      return (
        isNvidia &&
        pipelineParallel === 1 &&
        !sharesDevices &&
        !facts.notCompiled.includes(architecture) &&
        !isDeepseekV4(model) &&
        (facts.compilesWithDrafts || settings.speculativeAlgorithm === undefined) &&
        (!isMultimodal(model, settings) || facts.multimodalCompiled.includes(architecture))
      );
    }
  }
  const memories = model.layers.flatMap(memoriesOf);
  const isLatent = memories.some(({ kind }) => kind === 'latent');
  const isSparse = memories.some((memory) => memory.kind === 'latent' && memory.indexer !== undefined);
  const isDelta = memories.some(
    (memory) => memory.kind === 'recurrent' && memory.mechanism === 'kimi_delta_attention',
  );
  return (
    isNvidia &&
    !isDeepseekV4(model) &&
    (!isLatent || facts.latentBreakable === 'all' || (facts.latentBreakable === 'sparse' && isSparse)) &&
    (!sharesDevices || facts.dpAttentionBreakable) &&
    (pipelineParallel === 1 || facts.stagesBreakable) &&
    (!/^NemotronH/.test(architecture) || facts.nemotronBreakable) &&
    (!isDelta || facts.deltaAttentionBreakable || facts.multimodalBreakable.includes(architecture)) &&
    (!isMultimodal(model, settings) || facts.multimodalBreakable.includes(architecture))
  );
}

/** `first`, `first + step` and so on up to `last`. */
function range(first: number, last: number, step: number): readonly number[] {
  return Array.from(
    { length: Math.max(0, Math.floor((last - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}
