import type { Engine } from './engine.js';
import { ideal } from './engines/ideal.js';
import type { Model } from './model.js';
import type { Workload } from './workload.js';

/** One thing to compare with others: a model or design, used in some way, on some engine. */
export interface Case {
  /** For people: in legends and tables. */
  readonly label: string;
  readonly model: Model;
  readonly workload: Workload;
  /** `ideal` by default. */
  readonly engine?: Engine;
}

/** The engine of a case. */
export function engineOf({ engine = ideal }: Case): Engine {
  return engine;
}
