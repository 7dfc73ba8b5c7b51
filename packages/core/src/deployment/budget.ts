import type { Quantity } from '../text/quantity.js';

/** What takes memory beside the cache: weights, activations, graphs, and so on. */
export interface BudgetPart extends Quantity {
  /** For people, once in a budget: `weights`, `activations`, `CUDA graphs`; `weights` in every engine are the model's. */
  readonly name: string;
  /** The arithmetic, line by line. */
  readonly explanation: readonly string[];
  /** Repository, file and version of the rule, or what the figure was fitted on. */
  readonly source: string;
  /** Relative to what was published, on what the part was not made from. */
  readonly error?: { readonly judgedOn: number; readonly median: number; readonly p90: number };
}

/** Whether a part is what weights take, whatever its engine does with them when it loads them. */
export function isWeights({ name }: Pick<BudgetPart, 'name'>): boolean {
  return name.startsWith('weights');
}

/** How the memory of one device, or of the host, is divided. */
export interface DeviceBudget {
  readonly where: 'device' | 'host';
  /** Devices that hold just as much. */
  readonly copies: number;
  /** All of its memory. */
  readonly total: Quantity;
  /** Of that, what the engine may use. */
  readonly usable: Quantity;
  /** Why it may use no more, in words; absent where it may use all: `0.92 of it (--gpu-memory-utilization)`. */
  readonly usableReason?: string;
  /** What is neither cache nor free. */
  readonly parts: readonly BudgetPart[];
  /**
   * What is left for the cache, below 0 where the parts alone do not fit. Its ends are calibrated as a whole: the sum of
   * all worst ends would be too wide.
   */
  readonly available: Quantity;
}

/** Whether something fits whichever end of the range is true. */
export type Verdict = 'fits' | 'may-fit' | 'does-not-fit';

/** The memory of all devices of a deployment. */
export interface Budget {
  readonly devices: readonly DeviceBudget[];
  /** Which of them decides what fits. */
  readonly fullest: number;
  readonly verdict: Verdict;
}
