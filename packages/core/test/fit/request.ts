import type { SettingValues } from '../../src/deployment/deployment.js';
import type { Workload } from '../../src/deployment/workload.js';
import { budgetNamed } from '../../src/engines/all-budgets.js';
import { engineNamed } from '../../src/engines/all-engines.js';
import { devicesOf } from '../../src/engines/contract.js';
import type { FitRequest } from '../../src/fit/budget.js';
import type { Model, Weights } from '../../src/model/model.js';
import { exactly } from '../../src/text/quantity.js';

/** A fit's request in short. */
export interface Sizes {
  readonly model: Model;
  /** `ideal` by default. */
  readonly engine?: string;
  readonly settings?: SettingValues;
  readonly workload: Workload;
  readonly weights: Weights;
  readonly memoryBytes: number;
  readonly overheadBytes?: number;
  readonly bandwidthBytesPerSecond?: number;
  /** What the driver calls the device. */
  readonly name?: string;
}

/** Settings that give an engine all memory of a device that is smaller than any it is made for. */
const ALL_MEMORY: Readonly<Record<string, SettingValues>> = { sglang: { memFractionStatic: 1 } };

/** The request, with what the engine takes on such a device when told nothing where the device has a name. */
export function requestOf({
  engine: engineName = 'ideal',
  settings: said = {},
  ...sizes
}: Sizes): FitRequest {
  const { model, workload, weights, memoryBytes, overheadBytes, bandwidthBytesPerSecond, name } = sizes;
  const device = {
    name: name ?? 'a test',
    total: exactly(memoryBytes),
    totalSource: 'a test',
    isUnified: false,
    ...(bandwidthBytesPerSecond === undefined ? {} : { bandwidthBytesPerSecond }),
  };
  const usual =
    name === undefined ? ALL_MEMORY[engineName] : engineNamed(engineName, said).settingsOn?.(device);
  const settings = { ...usual, ...said };
  const engine = engineNamed(engineName, settings);
  return {
    case: { label: 'a test', model: { ...model, weights }, workload, engine },
    settings,
    devices: { device, count: devicesOf(workload, engine) },
    ...(overheadBytes === undefined ? {} : { overheadBytes }),
    budget: budgetNamed(engineName),
  };
}
