import {
  type ChosenDtype,
  DEFAULT_WORKLOAD,
  type Engine,
  engineNamed,
  type Model,
  parseDtype,
  parseTokens,
  type Workload,
} from '@kv/core';
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
 * What the flags mean for a model: `auto` dtypes become the model's own, and the context defaults to what it allows.
 *
 * @throws InputError for a value that makes no sense.
 */
export function useOf(model: Model, options: WorkloadOptions): Use {
  const keyDtype = dtypeFrom(options.keyDtype ?? options.kvDtype, model);
  const valueDtype = dtypeFrom(options.valueDtype ?? options.kvDtype, model);
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
    engine: engineNamed(options.engine ?? 'ideal'),
    keyDtype,
    valueDtype,
  };
}

function dtypeFrom(text: string | undefined, model: Model): ChosenDtype {
  return text === undefined || text.toLowerCase() === 'auto'
    ? model.kvCacheDtype
    : { dtype: parseDtype(text), reason: 'as asked' };
}
