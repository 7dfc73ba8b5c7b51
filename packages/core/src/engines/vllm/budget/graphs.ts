import type { BudgetPart } from '../../../deployment/budget.js';
import { keyHeadDimOf } from '../../../model/layer.js';
import { GIB, gib, MIB, partOf } from './part.js';
import type { VllmMemorySettings } from './settings.js';
import { layersOfStage, type Step } from './step.js';

/** What capturing a graph takes for each layer (fitted, see `tooling/conformance/vllm`), in bytes. */
const LAYER_OF_GRAPH = 0.35 * MIB;
const LAYER_OF_GRAPH_WITH_EXPERTS = 0.43 * MIB;
/** The least that the first capture takes. */
const FIRST_CAPTURE = 0.11 * GIB;
/** Splits of a sequence that attention on Hopper keeps results for. */
const SPLITS = 32;

/**
 * What vLLM says CUDA graphs will take, from capturing two of each kind: the first, and the second times all others.
 * Since 0.21 that is taken off the memory for the cache; the second runner says 0 until 0.29, and nothing is captured
 * to be measured on AMD's devices until 0.26. What the driver allocates cannot be computed, so what a layer of a graph
 * takes is fitted on logs.
 *
 * Source: vllm-project/vllm v0.19.0, v0.21.0 and v0.33.0, `vllm/v1/worker/gpu_model_runner.py` and
 * `vllm/v1/worker/gpu/cudagraph_utils.py` (`profile_cudagraph_memory`), `vllm/v1/worker/gpu_worker.py`
 * (`determine_available_memory`).
 *
 * @returns the estimate, whether or not the release takes it off; undefined where none is made.
 */
export function graphEstimateOf(step: Step): BudgetPart | undefined {
  const { facts, settings, usesSecondRunner, model, workload } = step;
  const sizes = captureSizesOf(step);
  const estimates = usesSecondRunner ? facts.secondRunnerEstimatesGraphs : facts.graphEstimate !== 'none';
  const isLeftOut = step.device.vendor === 'AMD' && !facts.estimatesGraphsOnRocm;
  if (!estimates || isLeftOut || sizes.length === 0) {
    return undefined;
  }
  const heads = (model.numAttentionHeads ?? 32) / workload.tensorParallel;
  const largest = sizes[sizes.length - 1] ?? 0;
  const isHopper = step.device.computeCapability?.startsWith('9.') === true;
  const attention = isHopper ? largest * SPLITS * heads * (keyHeadDimOf(model.layers) ?? 128) * 4 : 0;
  const first = Math.max(attention, FIRST_CAPTURE);
  const perLayer = model.numExperts === undefined ? LAYER_OF_GRAPH : LAYER_OF_GRAPH_WITH_EXPERTS;
  const layers = layersOfStage(step);
  const others = (sizes.length - 1) * layers * perLayer;
  const bytes = first + others;
  return partOf(
    'CUDA graph estimate',
    bytes,
    { below: 0.4 * bytes + 0.05 * GIB, above: 0.45 * bytes + 0.15 * GIB },
    'formula',
    [
      `first capture, of ${largest} tokens: ${gib(first)}${attention > FIRST_CAPTURE ? ` = ${largest} x ${SPLITS} splits x ${heads} heads x ${keyHeadDimOf(model.layers) ?? 128} x 4 bytes` : ''}`,
      `${sizes.length - 1} other sizes x ${layers} layers x ${(perLayer / MIB).toFixed(2)} MiB (fitted) = ${gib(others)}`,
      facts.graphEstimate === 'subtracted'
        ? 'taken off the memory for the cache (since 0.21)'
        : 'printed, and not taken off before 0.21: graphs take it from what --gpu-memory-utilization leaves',
    ],
    `vllm-project/vllm ${settings.version ?? 'v0.33.0'}, profile_cudagraph_memory of vllm/v1/worker; bytes of a layer fitted on logs of 0.19`,
  );
}

/**
 * Batch sizes that graphs are captured for, smallest first; none with `--enforce-eager`.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/config/vllm.py` (`_set_cudagraph_sizes`).
 */
export function captureSizesOf({ settings, sequences, tokens }: Step): readonly number[] {
  if (!capturesGraphs(settings)) {
    return [];
  }
  const given = settings.cudagraphCaptureSizes;
  if (given !== undefined) {
    return [...new Set(given)].filter((size) => size <= tokens).sort((one, other) => one - other);
  }
  const tokensOfSequence = 1 + (settings.numSpeculativeTokens ?? 0);
  const most = Math.min(
    tokens,
    settings.maxCudagraphCaptureSize ?? Math.min(2 * sequences * tokensOfSequence, 512),
  );
  const steps = (first: number, end: number, by: number) =>
    Array.from({ length: Math.max(0, Math.ceil((end - first) / by)) }, (_, index) => first + index * by);
  return [
    ...[1, 2, 4].filter((size) => size <= most),
    ...steps(8, Math.min(most + 1, 256), 8),
    ...steps(256, most + 1, 16),
  ];
}

function capturesGraphs({ enforceEager, cudagraphMode }: VllmMemorySettings): boolean {
  return enforceEager !== true && cudagraphMode !== 'NONE';
}
