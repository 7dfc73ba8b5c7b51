import type { DeviceBudget } from '../../deployment/budget.js';
import { less } from '../../text/quantity.js';
import { assumedOverheadPart, type BudgetRequest, fractionOf, weightsPart } from '../budget.js';
import { gpuMemoryUtilization } from './device-defaults.js';
import type { VllmSettings } from './settings.js';

/** Of the part that `--gpu-memory-utilization` gives it, weights, and what is assumed for all else that it holds there. */
export function vllmBudget(request: BudgetRequest<VllmSettings>): readonly DeviceBudget[] {
  const { device, settings, workload } = request;
  const utilization = settings.gpuMemoryUtilization ?? gpuMemoryUtilization(settings);
  const usable = fractionOf(device.total, utilization);
  const parts = [weightsPart(request), assumedOverheadPart()];
  return [
    {
      where: 'device',
      copies: workload.tensorParallel * workload.pipelineParallel * workload.dataParallel,
      total: device.total,
      usable,
      usableReason: `${utilization} of it (--gpu-memory-utilization)`,
      parts,
      available: less(usable, parts),
    },
  ];
}
