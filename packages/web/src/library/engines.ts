import {
  assumedBudget,
  type budgetNamed,
  type engineNamed,
  ideal,
  isDtypeFormat,
  type WeightFormat,
  weightsInDtype,
  type weightsInFormat,
} from '@kv/core';
import { changed } from './changes.js';

/** How engines allocate a cache and divide memory, and how weights are stored. */
interface Rules {
  readonly engineNamed: typeof engineNamed;
  readonly budgetNamed: typeof budgetNamed;
  readonly weightsInFormat: typeof weightsInFormat;
}

/** What is known of the rules of an engine. */
export type EngineState =
  | ({ readonly status: 'ready' } & Rules)
  | { readonly status: 'loading' }
  | { readonly status: 'problem'; readonly message: string };

const IDEAL: EngineState = {
  status: 'ready',
  engineNamed: () => ideal,
  budgetNamed: () => assumedBudget,
  weightsInFormat: ({ weights, dtype }, format) =>
    weights && isDtypeFormat(format) ? weightsInDtype(weights, format, dtype.dtype) : undefined,
};

let others: EngineState | undefined;

/**
 * What is known of an engine's rules now. The page opens without those of real engines; the first row that names one, or a
 * format of weights that is not a dtype, loads them.
 */
export function engineState(name: string, format?: WeightFormat): EngineState {
  if (name === ideal.name && (format === undefined || isDtypeFormat(format))) {
    return IDEAL;
  }
  if (others === undefined) {
    others = { status: 'loading' };
    void load();
  }
  return others;
}

async function load(): Promise<void> {
  try {
    others = { status: 'ready', ...(await import('./engine-rules.js')) };
  } catch {
    others = {
      status: 'problem',
      message: 'The rules of engines did not load; opening the page again tries again.',
    };
  }
  changed();
}
