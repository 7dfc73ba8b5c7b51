import type { Budget, Verdict } from '../deployment/budget.js';
import { checkWorkload } from '../deployment/workload.js';
import { perDeviceBytesByContext } from '../estimate/estimate.js';
import { divide, type FitRequest, fullestOf } from './budget.js';
import type { Fitting } from './fitting.js';
import { largestContextOf, mostSequencesOf, neededBytes } from './search.js';

/** How memory is divided, and what fits into what is left. */
export interface Fit {
  readonly numDevices: number;
  /** For the workload that was asked for. */
  readonly budget: Budget;
  /** The largest context for the workload's number of sequences. */
  readonly largestContext: Fitting;
  /** The most sequences of the workload's context. */
  readonly mostSequences: Fitting;
}

/**
 * What fits into memory: the largest context for some sequences and the most sequences of some context, both found by
 * asking `estimate` with the engine's own rounding and the engine's budget, so that one token or sequence more does not
 * fit. Both are what most likely fits, with what fits if the ends of what is available are true.
 *
 * ```ts
 * const deployment = readDeployment({ model: 'qwen3-32b', engine: 'vllm', gpu: '2xh100' });
 * const settled = settle(deployment, { model, engineNamed, weightsInFormat, gpuNamed });
 * fit({ ...settled, devices, budget: budgetNamed('vllm') }).largestContext.contextLength;
 * ```
 *
 * The device with the least memory left has to hold what the device with the most cache holds.
 *
 * @throws InputError for a workload that the engine cannot run at all, and for weights that are not known.
 */
export function fit(request: FitRequest): Fit {
  const { model, engine } = request.case;
  const workload = checkWorkload(request.case.workload);
  // What the engine cannot run at its smallest it cannot run at all.
  perDeviceBytesByContext(model, { ...workload, contextLength: 1, numSequences: 1 }, engine)(1);
  const division = divide(request, workload);
  return {
    numDevices: request.devices.count,
    budget: { ...division, verdict: verdictOf(request, fullestOf(division).available) },
    largestContext: largestContextOf(request),
    mostSequences: mostSequencesOf(request),
  };
}

function verdictOf(request: FitRequest, available: { readonly low: number; readonly high: number }): Verdict {
  const { needed } = neededBytes(request, request.case.workload);
  if (needed === undefined || needed > available.high) {
    return 'does-not-fit';
  }
  return needed <= available.low ? 'fits' : 'may-fit';
}
