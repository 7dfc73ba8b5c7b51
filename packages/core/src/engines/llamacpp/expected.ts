import {
  certain,
  type Expectation,
  type ExpectationRequest,
  expectedPart,
  type LoggedFigure,
} from '../expectation.js';
import { llamacpp } from './engine.js';
import type { LlamacppSettings } from './settings.js';

/**
 * What llama.cpp's rules say of a figure of its log. A cache's size follows from the cells, layers and sequences that its
 * own line names; buffers from the budget.
 *
 * Source: as `llamacpp` and `llamacppBudget`.
 */
export function llamacppExpectation(
  figure: LoggedFigure,
  request: ExpectationRequest<LlamacppSettings>,
): Expectation | undefined {
  const { quantity, beside, where = '' } = figure;
  switch (quantity) {
    case 'cacheBytes':
    case 'keyBytes':
    case 'valueBytes':
      return cacheOf(quantity, beside, request);
    case 'computeBuffer':
      return where.endsWith('_Host') || where === 'CPU'
        ? undefined
        : expectedPart(request, ['compute buffer']);
    case 'modelBuffer':
      return where.endsWith('_Host') || where.startsWith('CPU')
        ? undefined
        : expectedPart(request, ['weights']);
    default:
      return undefined;
  }
}

/** The cache with so many cells and layers among those that the model has. */
function cacheOf(
  quantity: 'cacheBytes' | 'keyBytes' | 'valueBytes',
  { cells, layers }: LoggedFigure['beside'],
  { model, workload, settings }: ExpectationRequest<LlamacppSettings>,
): Expectation | undefined {
  const { ranks } = llamacpp(settings).plan(model, workload);
  const pools = ranks.flatMap((rank) => rank.pools);
  const pool = pools.find(
    (one) => one.layers === layers && one.tokens(workload.contextLength) % (cells ?? 0) === 0,
  );
  if (pool === undefined || cells === undefined) {
    return undefined;
  }
  const tokens = pool.tokens(workload.contextLength);
  const [keys, values] = [tokens * pool.keyBytesPerToken, tokens * pool.valueBytesPerToken];
  const bytes = { cacheBytes: keys + values, keyBytes: keys, valueBytes: values }[quantity];
  return certain([bytes], pool.explain(workload.contextLength));
}
