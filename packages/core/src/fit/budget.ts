import { type Budget, type DeviceBudget, isWeights } from '../deployment/budget.js';
import type { Workload } from '../deployment/workload.js';
import type { BudgetRule } from '../engines/budget.js';
import type { Model, Weights } from '../model/model.js';
import type { Devices, Settled } from '../settle/settle.js';
import { InputError } from '../text/errors.js';
import { exactly, less } from '../text/quantity.js';

/** What is to be fitted into what: a settled case and its devices, and how its engine divides their memory. */
export interface FitRequest extends Omit<Settled, 'reasons'> {
  readonly devices: Devices;
  readonly budget: BudgetRule<Settled['settings']>;
}

/** Devices of a workload, how their memory is divided, and which of them has the least left. */
export type Division = Omit<Budget, 'verdict'>;

/**
 * How memory is divided for a workload.
 *
 * @throws InputError where the model's weights are not known, or the engine cannot run it.
 */
export function divide(request: FitRequest, workload: Workload): Division {
  const { case: item, settings, devices, overheadBytes, budget } = request;
  const asked = {
    model: item.model,
    weights: weightsOf(item.model),
    workload,
    settings,
    device: devices.device,
  };
  const found = budget(asked);
  const all = overheadBytes === undefined ? found : found.map((one) => withOverhead(one, overheadBytes));
  const left = all.map(({ where, available }) => (where === 'device' ? available.bytes : Infinity));
  return { devices: all, fullest: left.indexOf(Math.min(...left)) };
}

/** @throws InputError where they are not known. */
export function weightsOf(model: Model): Weights {
  if (model.weights === undefined) {
    throw new InputError(
      `The weights of ${model.name} are not known: neither its config nor a safetensors file or index beside it says how large they are; give their size, as in --weights 16GB.`,
    );
  }
  return model.weights;
}

/** The device that has the least left for the cache. */
export function fullestOf({ devices, fullest }: Division): DeviceBudget {
  const found = devices[fullest];
  if (found === undefined) {
    throw new Error('An engine planned no device.');
  }
  return found;
}

/** What a person says replaces all that the engine's rules say of what is beside weights. */
function withOverhead(budget: DeviceBudget, bytes: number): DeviceBudget {
  if (budget.where === 'host') {
    return budget;
  }
  const said = { name: 'overhead', ...exactly(bytes), explanation: ['as given'], source: 'as given' };
  const parts = [...budget.parts.filter(isWeights), said];
  return { ...budget, parts, available: less(budget.usable, parts) };
}
