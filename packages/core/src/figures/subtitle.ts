import type { Workload } from '../deployment/workload.js';
import type { DesignKnobs } from '../designs/designs.js';
import type { Case } from '../estimate/case.js';

/** What designs by hand have in common: the sizes that the teaching script names. */
export type SharedSizes = Pick<DesignKnobs, 'nHeads' | 'embDim' | 'nLayers'>;

/**
 * The line under a figure's title: what is the same for all cases, in the teaching script's words,
 * `(n_heads=24, emb_dim=2048, n_layers=48, batch=1, dtype=bf16)`. The engine is named where it is a real one.
 *
 * Source: rasbt/LLMs-from-scratch, `ch04/04_gqa/plot_memory_estimates_gqa.py`, commit 28c65cd.
 *
 * @param sizes of the designs, where designs are drawn.
 */
export function figureSubtitle(cases: readonly Case[], sizes?: SharedSizes): string {
  const facts = [
    ...(sizes === undefined
      ? []
      : [`n_heads=${sizes.nHeads}`, `emb_dim=${sizes.embDim}`, `n_layers=${sizes.nLayers}`]),
    ...shared(cases, ({ workload }) => `batch=${workload.numSequences}`),
    ...shared(cases, ({ workload }) => `dtype=${dtypeOf(workload)}`),
    ...shared(cases, ({ engine }) => (engine.name === 'ideal' ? undefined : `engine=${engine.name}`)),
  ];
  return facts.length === 0 ? '' : `(${facts.join(', ')})`;
}

function dtypeOf({ keyDtype, valueDtype }: Workload): string {
  return keyDtype === valueDtype ? keyDtype : `${keyDtype}/${valueDtype}`;
}

/** A fact, if it is one of all cases. */
function shared(cases: readonly Case[], factOf: (item: Case) => string | undefined): readonly string[] {
  const [fact, ...others] = new Set(cases.map(factOf));
  return fact === undefined || others.length > 0 ? [] : [fact];
}
