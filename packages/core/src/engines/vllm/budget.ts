import type { BudgetPart, DeviceBudget } from '../../deployment/budget.js';
import { checkWorkload } from '../../deployment/workload.js';
import { checkModel } from '../../model/model.js';
import { exactly, type How, type Quantity } from '../../text/quantity.js';
import { activationsOf } from './budget/activations.js';
import { graphEstimateOf } from './budget/graphs.js';
import { loadedWeightsOf } from './budget/loaded-weights.js';
import { outsideTorchOf } from './budget/outside-torch.js';
import { persistentOf } from './budget/persistent.js';
import { checkMemorySettings } from './budget/settings.js';
import { type Step, stepOf, type VllmBudgetRequest } from './budget/step.js';
import { gpuMemoryUtilization } from './device-defaults.js';

export type { VllmMemorySettings } from './budget/settings.js';
export type { VllmBudgetRequest } from './budget/step.js';

/**
 * How vLLM divides the memory of a device when it starts: what is left is what it logs as "Available KV cache memory".
 *
 * `available = ceil(total x utilization) - weights as loaded - activation peak - outside torch - CUDA graph estimate`,
 * the last since 0.21. `--kv-cache-memory-bytes` stands for all of it.
 *
 * Ends of parts hold nine of ten published values of that part. Ends of what is available are not their sum, which
 * would be too wide: deviations of parts that do not depend on each other add up as squares do.
 *
 * Source: vllm-project/vllm v0.10.0 to v0.33.0, `vllm/v1/worker/gpu_worker.py` (`determine_available_memory`),
 * `vllm/v1/worker/utils.py` (`request_memory`).
 *
 * @returns the device that has the most to hold: of the largest pipeline stage, and of the last one, which samples.
 * @throws InputError for a setting that makes no sense.
 */
export function vllmBudget(request: VllmBudgetRequest): DeviceBudget {
  const { device, settings, workload } = request;
  checkModel(request.model);
  checkWorkload(workload);
  checkMemorySettings(settings);
  const step = stepOf(request);
  const parts = partsOf(step);
  const usable = usableOf(step);
  const given = settings.kvCacheMemoryBytes;
  return {
    where: 'device',
    copies: workload.tensorParallel * workload.dataParallel,
    total: device.total,
    usable,
    usableReason: `${utilizationOf(step)} of it (--gpu-memory-utilization)`,
    parts,
    available: given === undefined ? remainderOf(usable, parts) : exactly(given),
  };
}

function partsOf(step: Step): readonly BudgetPart[] {
  const graphs = step.facts.graphEstimate === 'subtracted' ? graphEstimateOf(step) : undefined;
  const persistent = persistentOf(step);
  const parts = [
    loadedWeightsOf(step),
    activationsOf(step),
    ...(persistent === undefined ? [] : [persistent]),
    ...(graphs === undefined ? [] : [graphs]),
    outsideTorchOf(step),
  ];
  return step.facts.loggedOn.includes(step.device.computeCapability ?? '') ? parts : parts.map(widened);
}

/** How much farther apart ends are where no log of the release on such a device is known. */
const WIDENING = 1.6;

function widened(part: BudgetPart): BudgetPart {
  const { bytes, low, high } = part;
  return {
    ...part,
    low: Math.max(0, Math.floor(bytes - WIDENING * (bytes - low))),
    high: Math.ceil(bytes + WIDENING * (high - bytes)),
    explanation: [
      ...part.explanation,
      `No start-up log of this release on such a device is known, so the range is ${WIDENING} times as wide.`,
    ],
  };
}

function utilizationOf({ settings }: Step): number {
  return settings.gpuMemoryUtilization ?? gpuMemoryUtilization(settings);
}

function usableOf(step: Step): Quantity {
  const { device } = step;
  const utilization = utilizationOf(step);
  const of = (bytes: number) => Math.ceil(bytes * utilization);
  const { bytes, low, high, how } = device.total;
  return { bytes: of(bytes), low: of(low), high: of(high), how };
}

function remainderOf(usable: Quantity, parts: readonly BudgetPart[]): Quantity {
  const bytes = parts.reduce((left, part) => left - part.bytes, usable.bytes);
  const below = Math.hypot(...[usable.bytes - usable.low, ...parts.map((part) => part.high - part.bytes)]);
  const above = Math.hypot(...[usable.high - usable.bytes, ...parts.map((part) => part.bytes - part.low)]);
  return {
    bytes,
    low: Math.floor(bytes - below),
    high: Math.ceil(bytes + above),
    how: leastKnown(parts),
  };
}

function leastKnown(parts: readonly BudgetPart[]): How {
  return parts.some(({ how }) => how === 'assumed') ? 'assumed' : 'formula';
}
