import { unlessRefused } from '../../text/errors.js';
import {
  certain,
  type Expectation,
  type ExpectationRequest,
  expectedPart,
  type LoggedFigure,
} from '../expectation.js';
import { type SglangCapacity, sglangCapacity } from './capacity.js';
import type { SglangSettings } from './settings.js';

/**
 * What SGLang's rules say of a figure of its log. Sizes of pools follow from the tokens that the log says they have.
 *
 * Source: as `sglangCapacity`.
 */
export function sglangExpectation(
  figure: LoggedFigure,
  request: ExpectationRequest<SglangSettings>,
): Expectation | undefined {
  const { beside, quantity } = figure;
  switch (quantity) {
    case 'loadedWeights':
      return expectedPart(request, ['weights', 'loading']);
    case 'keyBytes':
    case 'valueBytes':
    case 'cacheBytes': {
      const capacity = capacityOfTokens(request, beside.poolTokens);
      return (
        capacity &&
        certain(
          [quantity === 'valueBytes' ? capacity.valueBytes : capacity.keyBytes],
          `${beside.poolTokens} tokens and a page for padding`,
        )
      );
    }
    default:
      return undefined;
  }
}

/** The pools that have so many tokens: the least memory that gives them, by halving. */
function capacityOfTokens(
  { model, workload, settings }: ExpectationRequest<SglangSettings>,
  tokens: number | undefined,
): SglangCapacity | undefined {
  if (tokens === undefined) {
    return undefined;
  }
  let [low, high] = [1, 2 ** 45];
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (tokensOf(model, workload, settings, middle) >= tokens) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return tokensOf(model, workload, settings, high) === tokens
    ? sglangCapacity(model, workload, settings, high)
    : undefined;
}

function tokensOf(...request: Parameters<typeof sglangCapacity>): number {
  return unlessRefused(
    () => sglangCapacity(...request).maxTotalNumTokens,
    () => 0,
  );
}
