import type { DeviceBudget } from '../../deployment/budget.js';
import { less } from '../../text/quantity.js';
import { assumedOverheadPart, type BudgetRequest, fractionOf, weightsPart } from '../budget.js';
import type { SglangSettings } from './settings.js';

/**
 * Of the part that `--mem-fraction-static` gives to weights and cache, what the weights leave; all else is outside that
 * part. Where it is not given, what is assumed for all else.
 */
export function sglangBudget(request: BudgetRequest<SglangSettings>): readonly DeviceBudget[] {
  const { device, settings, workload } = request;
  const fraction = settings.memFractionStatic;
  const usable = fraction === undefined ? device.total : fractionOf(device.total, fraction);
  const parts = [weightsPart(request), ...(fraction === undefined ? [assumedOverheadPart()] : [])];
  const { tensorParallel, pipelineParallel, dataParallel, contextParallel } = workload;
  return [
    {
      where: 'device',
      copies: tensorParallel * pipelineParallel * dataParallel * contextParallel,
      total: device.total,
      usable,
      ...(fraction === undefined
        ? {}
        : { usableReason: `${fraction} of it (--mem-fraction-static), for weights and cache alone` }),
      parts,
      available: less(usable, parts),
    },
  ];
}
