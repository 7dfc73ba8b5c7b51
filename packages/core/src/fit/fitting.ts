/** Why no more fits. */
export type FitLimit =
  /** Weights and overhead alone take all memory that may be used. */
  | 'weights'
  /** One more would need more cache than there is room for. */
  | 'memory'
  /** The model was made for no longer context. */
  | 'model'
  /** The engine does not run more. */
  | 'engine'
  /** The cache stops growing: any number fits. */
  | 'none';

/** An answer: the workload that most likely just fits, and why no larger one does. */
export interface Fitting {
  /** 0 where not even 1 fits. */
  readonly contextLength: number;
  /** 0 where not even 1 fits. */
  readonly numSequences: number;
  /** What was sought, where least is available for the cache and where most is; 0 where not even 1 fits. */
  readonly low: number;
  readonly high: number;
  readonly limit: FitLimit;
  /** What the engine says where it is the limit. */
  readonly limitReason?: string;
  /** The cache on all devices, in bytes; 0 where nothing fits. */
  readonly cacheBytes: number;
  /** The cache on the device that holds the most, in bytes. */
  readonly cacheBytesPerDevice: number;
  /** No step can take less time, in seconds; absent where it is not known what a step reads, or how fast. */
  readonly secondsPerStep?: number;
}

/** Why no more fits, in words. */
export function describeLimit({ limit, limitReason }: Fitting, modelName: string): string {
  switch (limit) {
    case 'model':
      return `${modelName} was made for no more`;
    case 'engine':
      return limitReason ?? 'the engine runs no more';
    case 'none':
      return 'the cache does not grow';
    case 'memory':
    case 'weights':
      return 'memory is the limit';
  }
}
