import fc from 'fast-check';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import { engineNamed } from '../../src/engines/all-engines.js';
import { ENGINE_NAMES } from '../../src/engines/all-settings.js';
import type { Engine } from '../../src/engines/contract.js';
import { estimate } from '../../src/estimate/estimate.js';
import { fullestOf } from '../../src/fit/budget.js';
import { type Fit, fit as whatFits } from '../../src/fit/fit.js';
import type { Model, Weights } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';
import { model as anyModel } from '../arbitraries.js';
import { requestOf, type Sizes } from './request.js';

export const NO_WEIGHTS: Weights = { parameters: 0, bytes: 0, source: 'a test' };

export const MIB = 2 ** 20;

export const engines = ENGINE_NAMES.map((name): [string, Engine] => [name, engineNamed(name)]);

export const fitOf = (sizes: Sizes): Fit => whatFits(requestOf(sizes));

/** Bytes that are left for the cache on the fullest device, below 0 where the parts do not fit. */
export const freeOf = ({ budget }: Fit): number => fullestOf(budget).available.bytes;

/** What fits, or undefined where the engine does not run that model or workload at all. */
export function fitted(sizes: Sizes): Fit | undefined {
  try {
    return fitOf(sizes);
  } catch (error) {
    if (error instanceof InputError) {
      return undefined;
    }
    throw error;
  }
}

/** Whether an engine's own plan for a workload stays within so many bytes of each device. */
export function isWithin(model: Model, workload: Workload, engine: Engine, bytes: number): boolean {
  try {
    const { perDeviceBytes } = estimate(model, workload, engine);
    return perDeviceBytes + (engine.unusableBytes?.(model, workload) ?? 0) <= bytes;
  } catch (error) {
    if (error instanceof InputError) {
      return false;
    }
    throw error;
  }
}

export const request = fc
  .record({
    model: anyModel,
    maxPositionEmbeddings: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
    contextLength: fc.integer({ min: 1, max: 20_000 }),
    numSequences: fc.integer({ min: 1, max: 12 }),
    tensorParallel: fc.constantFrom(1, 1, 2, 4),
    pipelineParallel: fc.constantFrom(1, 1, 2),
    dataParallel: fc.constantFrom(1, 1, 2),
    memoryBytes: fc.integer({ min: 1, max: 4000 }).map((count) => count * MIB),
    weightBytes: fc.integer({ min: 0, max: 1000 }).map((count) => count * MIB),
    overheadBytes: fc.integer({ min: 0, max: 100 * MIB }),
  })
  .map(({ model, maxPositionEmbeddings, memoryBytes, weightBytes, overheadBytes, ...use }) => ({
    model: { ...model, ...(maxPositionEmbeddings === undefined ? {} : { maxPositionEmbeddings }) },
    workload: { ...DEFAULT_WORKLOAD, ...use },
    weights: { ...NO_WEIGHTS, bytes: weightBytes },
    memoryBytes,
    overheadBytes,
  }));
