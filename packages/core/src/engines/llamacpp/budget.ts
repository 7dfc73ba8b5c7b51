import type { DeviceBudget } from '../../deployment/budget.js';
import { less } from '../../text/quantity.js';
import { assumedOverheadPart, type BudgetRequest, weightsPart } from '../budget.js';
import type { LlamacppSettings } from './settings.js';

/** Weights, and what is assumed for compute buffers and the driver. */
export function llamacppBudget(request: BudgetRequest<LlamacppSettings>): readonly DeviceBudget[] {
  const { total } = request.device;
  const parts = [weightsPart(request), assumedOverheadPart()];
  return [
    {
      where: 'device',
      copies: request.workload.pipelineParallel,
      total,
      usable: total,
      parts,
      available: less(total, parts),
    },
  ];
}
