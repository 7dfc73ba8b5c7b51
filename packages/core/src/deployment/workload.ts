import type { DtypeName } from '../model/dtype.js';
import { checkInteger } from '../text/exact.js';

/** How many devices share the work, and in which ways. */
export interface Parallelism {
  /** Devices that each layer's heads are split over. */
  readonly tensorParallel: number;
  /** Stages that the layers are split over. */
  readonly pipelineParallel: number;
  /** Replicas that the sequences are split over. */
  readonly dataParallel: number;
  /** Devices that each sequence's tokens are split over. */
  readonly contextParallel: number;
}

/** How a model is used: how much text, in which format, over how many devices. */
export interface Workload extends Parallelism {
  /** Tokens in each sequence, prompt and answer together. */
  readonly contextLength: number;
  readonly numSequences: number;
  readonly keyDtype: DtypeName;
  readonly valueDtype: DtypeName;
}

/** One sequence of 4096 tokens in bf16 on one device: the starting point that callers change. */
export const DEFAULT_WORKLOAD: Workload = {
  contextLength: 4096,
  numSequences: 1,
  keyDtype: 'bf16',
  valueDtype: 'bf16',
  tensorParallel: 1,
  pipelineParallel: 1,
  dataParallel: 1,
  contextParallel: 1,
};

/** The workload, if every number in it is a positive integer; else an InputError naming the field. */
export function checkWorkload(workload: Workload): Workload {
  for (const [name, value] of Object.entries(workload)) {
    if (typeof value === 'number') {
      checkInteger(value, name);
    }
  }
  return workload;
}
