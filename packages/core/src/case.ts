import type { Engine } from './engine.js';
import type { Model } from './model.js';
import type { Workload } from './workload.js';

/** One thing to compare with others: a model or design, used in some way, on some engine. */
export interface Case {
  /** For people: in legends and tables. */
  readonly label: string;
  readonly model: Model;
  readonly workload: Workload;
  readonly engine: Engine;
}
