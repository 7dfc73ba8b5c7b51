import type { Gpu } from '../gpus/gpu.js';
import type { Quantity } from '../text/quantity.js';

/** A device that a model is to run on: facts, whichever of them are known. */
export interface Device {
  /** For people, and for rules that go by the driver's name: the GPU's, or its memory where only that is given. */
  readonly name: string;
  /** All that an engine is told there is. */
  readonly memory: Quantity;
  /** In words: where the memory size is from. */
  readonly memorySource: string;
  /** What is known of the GPU; absent where only a memory size is given. */
  readonly gpu?: Gpu;
}
