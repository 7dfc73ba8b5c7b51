import { replicasInUse } from '../deployment/shards.js';
import { activeBytesOf, weightBytesPerDevice } from '../deployment/weights-on-devices.js';
import { checkWorkload, type Workload } from '../deployment/workload.js';
import type { Engine } from '../engines/contract.js';
import { estimate, perDeviceBytesByContext } from '../estimate/estimate.js';
import { type DtypeName, dtypeOf } from '../model/dtype.js';
import { memoriesOf } from '../model/layer.js';
import type { Model, Weights } from '../model/model.js';
import { remember } from '../model/remember.js';
import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';

/**
 * Memory of each device that neither weights nor cache are in, where nobody says how much: 2 GiB. An assumption, not a
 * rule of any engine: about 0.5 GiB for the driver's context and communication buffers, the rest for the activations of
 * one step, workspaces of kernels and captured graphs. It grows with the tokens that a step computes; an engine's own
 * log says what it is.
 */
export const DEFAULT_OVERHEAD_BYTES = 2 * 2 ** 30;

/** What is to be fitted into what. Devices are all alike, as many as the workload's parallelism takes. */
export interface FitRequest {
  readonly model: Model;
  readonly engine: Engine;
  /**
   * Its `numSequences` are those that the largest context is sought for, its `contextLength` that which the most
   * sequences are sought for; all else is as it is.
   */
  readonly workload: Workload;
  readonly weights: Weights;
  /** Memory of one device, in bytes. */
  readonly memoryBytes: number;
  /** The part of it that may be used at all, weights included; what the engine takes when told nothing by default. */
  readonly memoryUtilization?: number;
  /** Memory of one device that neither weights nor cache are in, in bytes; by default what the engine says, or a guess. */
  readonly overheadBytes?: number;
  /** Peak of one device, in bytes each second; without it nothing is said about time. */
  readonly bandwidthBytesPerSecond?: number;
}

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

/** An answer: the workload that just fits, and why no larger one does. */
export interface Fitting {
  /** 0 where not even 1 fits. */
  readonly contextLength: number;
  /** 0 where not even 1 fits. */
  readonly numSequences: number;
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

/** How memory is divided on the device that holds the most, in bytes, and what fits into what is left. */
export interface Fit {
  readonly numDevices: number;
  readonly memoryBytes: number;
  /** Of that, what the engine may use. */
  readonly usableBytes: number;
  readonly weightBytes: number;
  readonly overheadBytes: number;
  /** What is left for the cache; 0 where weights and overhead do not fit. */
  readonly availableBytes: number;
  /** The largest context for the workload's number of sequences. */
  readonly largestContext: Fitting;
  /** The most sequences of the workload's context. */
  readonly mostSequences: Fitting;
}

/**
 * What fits into memory: the largest context for some sequences and the most sequences of some context, both found by
 * asking `estimate` with the engine's own rounding, so that one token or sequence more does not fit.
 *
 * ```ts
 * fit({ model, engine: vllm(), workload, weights, memoryBytes: 80 * 2 ** 30 }).largestContext.contextLength;
 * ```
 *
 * Weights are taken to be split over tensor-parallel devices as far as they can be (`weightBytesPerDevice`) and by layers
 * over pipeline stages, embedding and head on one stage each; every replica and context-parallel device has a copy. What
 * the device with the most of each holds is added up.
 *
 * @throws InputError for a workload that the engine cannot run at all, and for sizes that make no sense.
 */
export function fit(request: FitRequest): Fit {
  const { model, engine, memoryBytes } = request;
  const overheadBytes = request.overheadBytes ?? engine.overheadBytes ?? DEFAULT_OVERHEAD_BYTES;
  const workload = checkWorkload(request.workload);
  const utilization = request.memoryUtilization ?? engine.memoryUtilization ?? 1;
  checkInteger(memoryBytes, 'memoryBytes');
  checkInteger(overheadBytes, 'overheadBytes', 0);
  if (!(utilization > 0 && utilization <= 1)) {
    throw new InputError(`memoryUtilization is ${utilization}; it must be above 0 and at most 1.`);
  }
  // What the engine cannot run at its smallest it cannot run at all.
  perDeviceBytesByContext(model, { ...workload, contextLength: 1, numSequences: 1 }, engine)(1);
  const usableBytes = Math.min(memoryBytes, Math.ceil(memoryBytes * utilization));
  const weightBytes = weightBytesPerDevice(model, request.weights, workload);
  const free = usableBytes - weightBytes - overheadBytes;
  const search = searchIn(request, free);
  return {
    numDevices: devicesOf(workload, engine),
    memoryBytes,
    usableBytes,
    weightBytes,
    overheadBytes,
    availableBytes: Math.max(0, free),
    largestContext: search('contextLength', model.maxPositionEmbeddings),
    mostSequences: search('numSequences', undefined),
  };
}

/** The same for each of several dtypes of keys and values; those that the engine cannot run are left out. */
export function fitByDtype(
  request: FitRequest,
  dtypes: readonly DtypeName[],
): readonly { readonly dtype: DtypeName; readonly fit: Fit }[] {
  return dtypes.flatMap((dtype) => {
    const workload = { ...request.workload, keyDtype: dtype, valueDtype: dtype };
    const found = withoutError(() => fit({ ...request, workload }));
    return typeof found === 'string' ? [] : [{ dtype, fit: found }];
  });
}

/** Dtypes of 16, 8 and 4 bits, of each the first that an engine has. */
const BY_BITS: readonly (readonly [DtypeName, DtypeName])[] = [
  ['bf16', 'fp16'],
  ['fp8_e4m3', 'q8_0'],
  ['int4', 'q4_0'],
];

/** What fits with keys and values in one dtype, or in two. */
export interface FitRow {
  readonly dtype: string;
  readonly fit: Fit;
}

/** What fits with keys and values as the request has them, and in a dtype of each other size. */
export function fitByBits(request: FitRequest, found: Fit = fit(request)): readonly FitRow[] {
  const { keyDtype, valueDtype } = request.workload;
  const label = keyDtype === valueDtype ? keyDtype : `${keyDtype} + ${valueDtype}`;
  const isOwnSize = (names: readonly DtypeName[]) =>
    keyDtype === valueDtype &&
    names.some((name) => Math.round(bitsOf(name)) === Math.round(bitsOf(keyDtype)));
  const others = BY_BITS.filter((names) => !isOwnSize(names)).flatMap(([usual, otherwise]) => {
    const rows = fitByDtype(request, [usual]);
    return rows.length > 0 ? rows : fitByDtype(request, [otherwise]);
  });
  return [{ dtype: label, fit: found }, ...others];
}

function bitsOf(name: DtypeName): number {
  const { blockBytes, blockSize } = dtypeOf(name);
  return (8 * blockBytes) / blockSize;
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

/** Devices that a workload's parallelism takes on an engine. */
export function devicesOf(workload: Workload, { contextParallelDevices = true }: Engine): number {
  const { tensorParallel, pipelineParallel, dataParallel, contextParallel } = workload;
  return tensorParallel * pipelineParallel * dataParallel * (contextParallelDevices ? contextParallel : 1);
}

type Searched = 'contextLength' | 'numSequences';

function searchIn(
  request: FitRequest,
  free: number,
): (searched: Searched, most: number | undefined) => Fitting {
  const { workload } = request;
  return (searched, most) => {
    if (free < 0) {
      return { ...nothing(workload, searched, TOO_LARGE), limit: 'weights' };
    }
    const judge = remember(
      searched === 'contextLength' ? contextJudge(request, free) : sequencesJudge(request, free),
    );
    const value = largest(judge, free, most ?? Number.MAX_SAFE_INTEGER);
    if (value === 0) {
      return nothing(workload, searched, judge(1));
    }
    const use = { ...workload, [searched]: value };
    const allocation = estimate(request.model, use, request.engine);
    return {
      contextLength: use.contextLength,
      numSequences: use.numSequences,
      ...limitAt(value, most, judge),
      cacheBytes: allocation.totalBytes,
      cacheBytesPerDevice: allocation.perDeviceBytes,
      ...secondsPerStep(request, use),
    };
  };
}

type Judge = (value: number) => Verdict;

/** One plan serves all lengths. */
function contextJudge({ model, engine, workload }: FitRequest, free: number): Judge {
  const bytesAt = withoutError(() => perDeviceBytesByContext(model, workload, engine));
  if (typeof bytesAt === 'string') {
    return () => ({ fits: false, reason: bytesAt });
  }
  return (contextLength) => {
    const bytes = withoutError(
      () => bytesAt(contextLength) + (engine.unusableBytes?.(model, { ...workload, contextLength }) ?? 0),
    );
    return judged(bytes, free);
  };
}

function sequencesJudge({ model, engine, workload }: FitRequest, free: number): Judge {
  return (numSequences) => {
    const use = { ...workload, numSequences };
    const plan = withoutError(() => perDeviceBytesByContext(model, use, engine));
    if (typeof plan === 'string') {
      return { fits: false, reason: plan };
    }
    const bytes = withoutError(() => plan(use.contextLength) + (engine.unusableBytes?.(model, use) ?? 0));
    return judged(bytes, free);
  };
}

/** What a function returns, or the message of the InputError that it throws. */
function withoutError<Value>(run: () => Value): Value | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) {
      return error.message;
    }
    throw error;
  }
}

interface Verdict {
  readonly fits: boolean;
  /** Needed on the device that holds the most; absent where there is no exact number. */
  readonly bytes?: number;
  /** Set where the engine does not run the workload, however much memory there is. */
  readonly reason?: string;
}

const TOO_LARGE: Verdict = { fits: false };

/** @param bytes of a planned cache; only more than 2^53 are an error. */
function judged(bytes: number | string, free: number): Verdict {
  return typeof bytes === 'number' ? { fits: bytes <= free, bytes } : TOO_LARGE;
}

function nothing(workload: Workload, searched: Searched, verdict: Verdict): Fitting {
  const { contextLength, numSequences } = workload;
  const none = { contextLength, numSequences, ...limitOf(verdict), cacheBytes: 0, cacheBytesPerDevice: 0 };
  return { ...none, [searched]: 0 };
}

function limitAt(
  value: number,
  most: number | undefined,
  judge: Judge,
): Pick<Fitting, 'limit' | 'limitReason'> {
  if (value === most) {
    return { limit: 'model' };
  }
  if (value === Number.MAX_SAFE_INTEGER) {
    return { limit: 'none' };
  }
  return limitOf(judge(value + 1));
}

function limitOf({ reason }: Verdict): Pick<Fitting, 'limit' | 'limitReason'> {
  return reason === undefined ? { limit: 'memory' } : { limit: 'engine', limitReason: reason };
}

/**
 * The largest value of 1 to `most` that fits, or 0: from a guess in steps that double, then halving the gap. What is
 * larger than a value that does not fit never fits, so where the answer is `n`, `n + 1` has been tried or is beyond
 * `most`.
 */
function largest(judge: Judge, free: number, most: number): number {
  const fits = (value: number) => judge(value).fits;
  if (!fits(1)) {
    return 0;
  }
  const start = Math.min(most, guess(judge, free));
  let [low, high] = [1, most + 1];
  if (fits(start)) {
    low = start;
    for (let step = 1; low < most && high > most; step *= 2) {
      const next = Math.min(most, low + step);
      if (fits(next)) {
        low = next;
      } else {
        high = next;
      }
    }
  } else {
    high = start;
    for (let step = 1; high - low > 1; step *= 2) {
      const next = Math.max(1, high - step);
      if (fits(next)) {
        low = next;
        break;
      }
      high = next;
    }
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (fits(middle)) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Where the search begins: a cache grows nearly as a straight line, and each value tried takes a plan. */
function guess(judge: Judge, free: number): number {
  const [near, far] = [judge(1).bytes, judge(GUESS_FROM).bytes];
  if (near === undefined || far === undefined) {
    return 1;
  }
  const growth = (far - near) / (GUESS_FROM - 1);
  return growth > 0 ? Math.max(1, Math.floor(1 + (free - near) / growth)) : Number.MAX_SAFE_INTEGER;
}

/** Far enough to see past rounding to pages and to the devices that share sequences. */
const GUESS_FROM = 64;

/**
 * A lower bound of the time of one step, which computes one token for each sequence: all that it must read, over the
 * bandwidth of all devices together. It reads the weights once on each replica, of a mixture of experts those of one
 * token, and the cache that attention reaches; of layers with a sparse-attention indexer only the indexer's keys are
 * sure to be read.
 */
function secondsPerStep(request: FitRequest, workload: Workload): Pick<Fitting, 'secondsPerStep'> {
  const { model, engine, weights, bandwidthBytesPerSecond } = request;
  const weightBytes = activeBytesOf(weights);
  if (bandwidthBytesPerSecond === undefined || weightBytes === undefined) {
    return {};
  }
  const bytes = replicasInUse(workload) * weightBytes + cacheReadBytes(model, workload);
  return { secondsPerStep: bytes / (devicesOf(workload, engine) * bandwidthBytesPerSecond) };
}

function cacheReadBytes(model: Model, workload: Workload): number {
  const memories = model.layers.flatMap(memoriesOf);
  const sparse = new Set(
    memories.flatMap((memory) => ('indexer' in memory && memory.indexer !== undefined ? [memory.kind] : [])),
  );
  const onOneDevice = { ...workload, tensorParallel: 1, pipelineParallel: 1, contextParallel: 1 };
  return estimate(model, onOneDevice)
    .pools.filter(({ name }) => ![...sparse].some((kind) => name.startsWith(kind)))
    .reduce((total, { bytes }) => total + bytes, 0);
}
