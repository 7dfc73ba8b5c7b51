import {
  autoKvCacheDtype,
  type ChosenDtype,
  DEFAULT_WORKLOAD,
  type Engine,
  InputError,
  type Model,
  parseDtype,
  parseTokens,
  type Workload,
} from '@kv/core';
import { enginesFrom } from './engine-options.js';
import { optionalInteger } from './numbers.js';
import type { WorkloadOptions } from './options.js';

/** The context that is assumed where none is given, unless the model allows less. */
const DEFAULT_CONTEXT = 32_768;

/** How the flags say that a model is used. */
export interface Use {
  readonly workload: Workload;
  readonly engine: Engine;
  /** Why keys and values are stored as they are. */
  readonly keyDtype: ChosenDtype;
  readonly valueDtype: ChosenDtype;
}

/**
 * What the flags mean for a model on each engine that they name: `auto` dtypes become the model's or the engine's own,
 * and the context defaults to what the model allows.
 *
 * @throws InputError for a value that makes no sense.
 */
export function usesOf(model: Model, options: WorkloadOptions): readonly Use[] {
  return enginesFrom(engineNames(options), options).map((engine) => useOn(engine, model, options));
}

/** The engines that the flags name; `ideal` where they name none. */
export function engineNames({ engine, engines }: WorkloadOptions): readonly string[] {
  if (engine !== undefined && engines !== undefined) {
    throw new InputError('--engine names one engine and --engines several; give one of the two.');
  }
  return engines?.split(',').map((name) => name.trim()) ?? [engine ?? 'ideal'];
}

function useOn(engine: Engine, model: Model, options: WorkloadOptions): Use {
  const auto = autoKvCacheDtype(engine, model);
  const keyDtype = dtypeFrom(options.keyDtype ?? options.kvDtype, auto);
  const valueDtype = dtypeFrom(options.valueDtype ?? options.kvDtype, auto);
  const count = (text: string | undefined, flag: string) => optionalInteger(text, flag) ?? 1;
  return {
    workload: {
      ...DEFAULT_WORKLOAD,
      contextLength:
        options.context === undefined
          ? Math.min(DEFAULT_CONTEXT, model.maxPositionEmbeddings ?? DEFAULT_CONTEXT)
          : parseTokens(options.context, '--context'),
      numSequences: count(options.sequences, '--sequences'),
      keyDtype: keyDtype.dtype,
      valueDtype: valueDtype.dtype,
      tensorParallel: count(options.tp, '--tp'),
      pipelineParallel: count(options.pp, '--pp'),
      dataParallel: count(options.dp, '--dp'),
      contextParallel: count(options.cp, '--cp'),
    },
    engine,
    keyDtype,
    valueDtype,
  };
}

function dtypeFrom(text: string | undefined, auto: ChosenDtype): ChosenDtype {
  return text === undefined || text.toLowerCase() === 'auto'
    ? auto
    : { dtype: parseDtype(text), reason: 'as asked' };
}
