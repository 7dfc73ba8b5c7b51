import type { Workload } from '../deployment/workload.js';
import { estimate, perDeviceBytesByContext } from '../estimate/estimate.js';
import { remember } from '../model/remember.js';
import { unlessRefused } from '../text/errors.js';
import { given } from '../text/given.js';
import { exactly, type Quantity } from '../text/quantity.js';
import { divide, type FitRequest, fullestOf } from './budget.js';
import type { Fitting } from './fitting.js';
import { secondsPerStep } from './step-time.js';

/** The largest context that fits for the workload's number of sequences. */
export function largestContextOf(request: FitRequest): Fitting {
  const { model } = request.case;
  return search(request, 'contextLength', contextJudge(request), model.maxPositionEmbeddings);
}

/** The most sequences of the workload's context that fit. */
export function mostSequencesOf(request: FitRequest): Fitting {
  const judge = (numSequences: number) => neededBytes(request, { ...request.case.workload, numSequences });
  return search(request, 'numSequences', judge, undefined);
}

/** What a workload needs of the device that has the least for it. */
export interface Need {
  /** For the cache; absent where there is no exact number. */
  readonly needed?: number;
  /** For the cache. */
  readonly available: Quantity;
  /** Set where the engine does not run the workload, however much memory there is. */
  readonly reason?: string;
}

type Judge = (value: number) => Need;

const NOTHING = exactly(0);

/** What a workload needs, and what there is for it. */
export function neededBytes(request: FitRequest, workload: Workload): Need {
  const { model, engine } = request.case;
  const bytesAt = orMessage(() => perDeviceBytesByContext(model, workload, engine));
  return typeof bytesAt === 'string'
    ? { available: NOTHING, reason: bytesAt }
    : needAt(request, workload, bytesAt);
}

/** One plan serves all lengths. */
function contextJudge(request: FitRequest): Judge {
  const { model, engine, workload } = request.case;
  const bytesAt = orMessage(() => perDeviceBytesByContext(model, workload, engine));
  return typeof bytesAt === 'string'
    ? () => ({ available: NOTHING, reason: bytesAt })
    : (contextLength) => needAt(request, { ...workload, contextLength }, bytesAt);
}

function needAt(request: FitRequest, workload: Workload, bytesAt: (contextLength: number) => number): Need {
  const { model, engine } = request.case;
  const division = orMessage(() => divide(request, workload));
  if (typeof division === 'string') {
    return { available: NOTHING, reason: division };
  }
  const { available } = fullestOf(division);
  const needed = orMessage(
    () => bytesAt(workload.contextLength) + (engine.unusableBytes?.(model, workload) ?? 0),
  );
  // Of a planned cache only more than 2^53 bytes are an error.
  return typeof needed === 'string' ? { available } : { available, needed };
}

/** What a function returns, or the message of the InputError that it throws. */
function orMessage<Value>(run: () => Value): Value | string {
  return unlessRefused(run, ({ message }) => message);
}

type Searched = 'contextLength' | 'numSequences';

/** Which of what may be available is taken to be. */
type End = 'bytes' | 'low' | 'high';

function search(request: FitRequest, searched: Searched, judge: Judge, most: number | undefined): Fitting {
  const { model, engine, workload } = request.case;
  const tried = remember(judge);
  const { available } = tried(1);
  const largestAt = (end: End) => largest(tried, end, most ?? Number.MAX_SAFE_INTEGER);
  const value = largestAt('bytes');
  const isExact = available.low === available.high;
  const ends = isExact ? { low: value, high: value } : { low: largestAt('low'), high: largestAt('high') };
  if (value === 0) {
    const { contextLength, numSequences } = workload;
    return {
      ...{
        contextLength,
        numSequences,
        ...ends,
        ...limitOf(tried(1)),
        cacheBytes: 0,
        cacheBytesPerDevice: 0,
      },
      [searched]: 0,
    };
  }
  const use = { ...workload, [searched]: value };
  const allocation = estimate(model, use, engine);
  return {
    contextLength: use.contextLength,
    numSequences: use.numSequences,
    ...ends,
    ...limitAt(value, most, tried),
    cacheBytes: allocation.totalBytes,
    cacheBytesPerDevice: allocation.perDeviceBytes,
    ...given({ secondsPerStep: secondsPerStep(request, use) }),
  };
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

function limitOf({ reason, available }: Need): Pick<Fitting, 'limit' | 'limitReason'> {
  if (reason !== undefined) {
    return { limit: 'engine', limitReason: reason };
  }
  return { limit: available.bytes < 0 ? 'weights' : 'memory' };
}

/**
 * The largest value of 1 to `most` that fits, or 0: from a guess in steps that double, then halving the gap. What is
 * larger than a value that does not fit never fits, so where the answer is `n`, `n + 1` has been tried or is beyond
 * `most`.
 */
function largest(judge: Judge, end: End, most: number): number {
  const fits = (value: number) => {
    const { needed, available } = judge(value);
    return needed !== undefined && needed <= available[end];
  };
  if (!fits(1)) {
    return 0;
  }
  const start = Math.min(most, guess(judge, end));
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
function guess(judge: Judge, end: End): number {
  const [{ needed: near, available }, { needed: far }] = [judge(1), judge(GUESS_FROM)];
  if (near === undefined || far === undefined) {
    return 1;
  }
  const growth = (far - near) / (GUESS_FROM - 1);
  return growth > 0 ? Math.max(1, Math.floor(1 + (available[end] - near) / growth)) : Number.MAX_SAFE_INTEGER;
}

/** Far enough to see past rounding to pages and to the devices that share sequences. */
const GUESS_FROM = 64;
