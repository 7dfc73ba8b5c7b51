import type { DeviceBudget } from '../../deployment/budget.js';
import { less } from '../../text/quantity.js';
import { assumedOverheadPart, type BudgetRequest, weightsPart } from '../budget.js';

/** Weights, and what is assumed for the rest: no engine of its own, so no rules of one. */
export function idealBudget(request: BudgetRequest): readonly DeviceBudget[] {
  const { total } = request.device;
  const parts = [weightsPart(request), assumedOverheadPart()];
  const { tensorParallel, pipelineParallel, dataParallel, contextParallel } = request.workload;
  return [
    {
      where: 'device',
      copies: tensorParallel * pipelineParallel * dataParallel * contextParallel,
      total,
      usable: total,
      parts,
      available: less(total, parts),
    },
  ];
}
