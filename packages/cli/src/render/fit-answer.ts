import { type BudgetPart, type EngineLog, type Fit, type FitRow, fullestOf, isWeights } from '@kv/core';
import type { CliCase } from '../cases.js';
import type { OnDevices } from '../deployments.js';

/** All that `kv fit` shows. */
export interface FitAnswer {
  readonly item: CliCase;
  readonly settled: OnDevices;
  readonly fit: Fit;
  /** In several dtypes of the cache. */
  readonly rows: readonly FitRow[];
  /** What the engine prints of its cache when it starts. */
  readonly log: EngineLog;
}

/** Memory of the fullest device in three: the model's weights, what is left for the cache, and all else. */
export function divisionOf({ budget }: Fit): {
  readonly memoryBytes: number;
  readonly usableBytes: number;
  readonly weightBytes: number;
  readonly overheadBytes: number;
  readonly availableBytes: number;
} {
  const { total, usable, parts, available } = fullestOf(budget);
  const sum = (isAsked: (part: BudgetPart) => boolean) =>
    parts.filter(isAsked).reduce((all, { bytes }) => all + bytes, 0);
  return {
    memoryBytes: total.bytes,
    usableBytes: usable.bytes,
    weightBytes: sum(isWeights),
    overheadBytes: sum((part) => !isWeights(part)),
    availableBytes: Math.max(0, available.bytes),
  };
}
