import { readFileSync } from 'node:fs';
import { findEntry, modelFromEntry } from '../../../src/catalogue/index.js';
import { weightsInDtype } from '../../../src/deployment/weights-on-devices.js';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import type { VllmBudgetRequest, VllmMemorySettings } from '../../../src/engines/vllm/budget.js';
import { gpuNamed } from '../../../src/gpus/index.js';
import { modelFromConfig } from '../../../src/import/config.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import type { Model, Weights } from '../../../src/model/model.js';
import type { Quantity } from '../../../src/text/quantity.js';

export const GIB = 2 ** 30;

/** A published start-up: what was asked for, and what vLLM logged, in GiB to two decimals. */
export interface Startup {
  readonly source: string;
  readonly release: string;
  readonly gpu: string;
  readonly totalGib?: number;
  readonly model: string;
  readonly weightsGib?: number;
  readonly weightDtype?: DtypeName;
  readonly workload: Partial<Workload>;
  readonly settings: VllmMemorySettings;
  readonly logged: {
    readonly weights?: number;
    readonly activations?: number;
    readonly outsideTorch?: number;
    readonly graphs?: number;
    readonly available: number;
  };
  readonly lacks?: string;
  readonly judged: boolean;
}

const golden: {
  readonly models: Readonly<Record<string, unknown>>;
  readonly rows: readonly Startup[];
  readonly peaks: {
    readonly source: string;
    readonly release: string;
    readonly gpu: string;
    readonly rows: readonly {
      readonly model: string;
      readonly tensorParallel?: number;
      readonly activations: number;
    }[];
  };
} = JSON.parse(readFileSync(new URL('../../golden/vllm-startup.json', import.meta.url), 'utf8'));

export const STARTUPS = golden.rows;

/** Start-ups of which only the activation peak is known. */
export const PEAKS = golden.peaks.rows.map(({ model, tensorParallel = 1, activations }) => {
  const { source, release, gpu } = golden.peaks;
  const workload = { tensorParallel, contextLength: 8192 };
  const row = { source, release, gpu, model, workload, settings: {}, judged: true };
  return { activations, row: { ...row, logged: { activations, available: 0 } } satisfies Startup };
});

export function requestOf(row: Startup): VllmBudgetRequest {
  const model = modelOf(row.model);
  return {
    model,
    weights: weightsOf(row, model),
    workload: { ...DEFAULT_WORKLOAD, ...row.workload },
    settings: { ...row.settings, version: row.release } as VllmMemorySettings,
    device: {
      ...gpuNamed(row.gpu),
      ...(row.totalGib !== undefined && { total: printed(row.totalGib), totalSource: 'the log' }),
    },
  };
}

function modelOf(id: string): Model {
  const config = golden.models[id];
  if (config !== undefined) {
    return modelFromConfig(config, { id, source: 'golden' });
  }
  const entry = findEntry(id);
  if (entry === undefined) {
    throw new Error(`${id} is not in the catalogue`);
  }
  return modelFromEntry(entry);
}

function weightsOf({ weightsGib, weightDtype, model: id }: Startup, model: Model): Weights {
  if (weightsGib !== undefined) {
    return { bytes: Math.round(weightsGib * GIB), source: 'the log' };
  }
  if (model.weights === undefined) {
    throw new Error(`the weights of ${id} are not known`);
  }
  return weightDtype === undefined ? model.weights : weightsInDtype(model.weights, weightDtype, 'bf16');
}

/** What two decimals may stand for. */
export function printed(gib: number): Quantity {
  return {
    bytes: Math.round(gib * GIB),
    low: Math.floor((gib - 0.005) * GIB),
    high: Math.ceil((gib + 0.005) * GIB),
    how: 'rule',
  };
}
