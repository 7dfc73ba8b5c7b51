import type { BudgetPart, DeviceBudget } from '../deployment/budget.js';
import { weightBytesPerDevice } from '../deployment/weights-on-devices.js';
import type { Workload } from '../deployment/workload.js';
import type { Device } from '../gpus/gpu.js';
import type { Model, Weights } from '../model/model.js';
import { exactly, less, type Quantity } from '../text/quantity.js';

/** What an engine's memory is divided for. Devices are all alike, as many as the workload's parallelism takes. */
export interface BudgetRequest<Settings = object> {
  readonly model: Model;
  readonly weights: Weights;
  readonly workload: Workload;
  /** Of the engine, as said and with what it takes on such a device when told nothing. */
  readonly settings: Settings;
  readonly device: Device;
}

/**
 * How an engine divides the memory of its devices, and of the host where it plans that too: one budget for each kind of
 * device. It is asked anew for every workload that is tried, so what does not depend on it is better remembered.
 *
 * @throws InputError where the engine cannot run this.
 */
export type BudgetRule<Settings> = (request: BudgetRequest<Settings>) => readonly DeviceBudget[];

/** Weights, and what is assumed for the rest: of engines that have no rules of their own for it. */
export function assumedBudget(request: Omit<BudgetRequest, 'settings'>): readonly DeviceBudget[] {
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

/** Weights as every engine holds them that does nothing of its own with them: `weightBytesPerDevice`. */
function weightsPart({ model, weights, workload }: Omit<BudgetRequest, 'settings'>): BudgetPart {
  const bytes = weightBytesPerDevice(model, weights, workload);
  return {
    ...exactly(bytes),
    name: 'weights',
    explanation:
      bytes === weights.bytes ? [] : [`${weights.bytes} bytes in all${splitText(workload, weights)}`],
    source: weights.source,
  };
}

/** What is assumed of how weights are split. */
function splitText({ tensorParallel, pipelineParallel }: Workload, { parts }: Weights): string {
  const how = parts === undefined ? 'evenly' : 'but for norms, routers and too few key-value heads';
  if (pipelineParallel > 1) {
    return `, split by layers${tensorParallel > 1 ? ` and over each stage ${how}` : ''}, this being the largest share`;
  }
  return tensorParallel > 1 ? `, split ${how}` : '';
}

const GIB = 2 ** 30;

/**
 * Memory of each device that neither weights nor cache are in, where no rule says how much: 2 GiB. An assumption, not a
 * rule of any engine: about 0.5 GiB for the driver's context and communication buffers at least; with the activations of
 * one step, workspaces of kernels and captured graphs, published start-up logs show 1.6 to 10 GiB.
 */
const ASSUMED_OVERHEAD: Quantity = { bytes: 2 * GIB, low: GIB / 2, high: 10 * GIB, how: 'assumed' };

function assumedOverheadPart(): BudgetPart {
  return {
    ...ASSUMED_OVERHEAD,
    name: 'overhead',
    explanation: ['for activations, workspaces, graphs and the driver; no rule says how much'],
    source: 'assumed; published start-up logs show 1.6 to 10 GiB',
  };
}

/** What of a device's memory a fraction is, rounded up as engines do. */
export function fractionOf({ bytes, low, high, how }: Quantity, fraction: number): Quantity {
  const share = (size: number) => Math.min(size, Math.ceil(size * fraction));
  return { bytes: share(bytes), low: share(low), high: share(high), how };
}
