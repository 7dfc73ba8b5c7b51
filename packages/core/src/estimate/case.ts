import type { Workload } from '../deployment/workload.js';
import type { Engine } from '../engines/contract.js';
import type { Model } from '../model/model.js';

/** One thing to compare with others: a model or design, used in some way, on some engine. */
export interface Case {
  /** For people: in legends and tables. */
  readonly label: string;
  readonly model: Model;
  readonly workload: Workload;
  readonly engine: Engine;
}
