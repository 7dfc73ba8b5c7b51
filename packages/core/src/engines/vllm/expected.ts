import {
  certain,
  type Expectation,
  type ExpectationRequest,
  expectedPart,
  type LoggedFigure,
} from '../expectation.js';
import { vllmCapacity } from './capacity.js';
import type { VllmSettings } from './settings.js';

/** Parts of a budget, by the figure that says how large they are. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  loadedWeights: ['weights as loaded'],
  peakActivations: ['activation peak'],
  estimatedGraphs: ['CUDA graph estimate'],
  outsideTorch: ['outside torch'],
};

/**
 * What vLLM's rules say of a figure of its log. Tokens and concurrency follow from the memory that the log says is
 * available, as far as its rounding says it; the memory itself from the budget.
 *
 * Source: as `vllmCapacity` and `vllmBudget`.
 */
export function vllmExpectation(
  figure: LoggedFigure,
  request: ExpectationRequest<VllmSettings>,
): Expectation | undefined {
  const { budget, workload, settings, figures } = request;
  switch (figure.quantity) {
    case 'deviceTotal':
      return (
        budget && { ...budget.total, explanation: 'what CUDA reports of such a device', isCertain: false }
      );
    case 'maxModelLen':
      return certain([workload.contextLength], 'the longest context that it serves');
    case 'requestedMemory':
      return requestedMemory(figure);
    case 'availableKvCacheMemory':
      return (
        budget && {
          ...budget.available,
          explanation: 'what weights, activations and all else leave of the part that vLLM may use',
          isCertain: false,
        }
      );
    case 'kvCacheTokens':
    case 'maxConcurrency': {
      const memory = leastAvailable(figures);
      if (memory === undefined) {
        return undefined;
      }
      const bounds = [memory.value - memory.roundedTo / 2, memory.value + memory.roundedTo / 2].map((bytes) =>
        vllmCapacity(request.model, workload, settings, Math.max(0, Math.round(bytes))),
      );
      return figure.quantity === 'kvCacheTokens'
        ? certain(
            bounds.map(({ tokens }) => tokens),
            `blocks that the available memory holds: ${bounds.map(({ numBlocks }) => numBlocks).join(' to ')}`,
          )
        : certain(
            bounds.map(({ maxConcurrency }) => maxConcurrency),
            `blocks over the ${bounds[0]?.blocksPerRequest} that a request of ${workload.contextLength} tokens may need`,
          );
    }
    default:
      return expectedPart(request, PARTS[figure.quantity] ?? []);
  }
}

/** Of several ranks the one with the least memory decides. */
function leastAvailable(figures: readonly LoggedFigure[]): LoggedFigure | undefined {
  const available = figures.filter(({ quantity }) => quantity === 'availableKvCacheMemory');
  return available.toSorted((one, other) => one.value - other.value)[0];
}

/** `ceil(total x utilization)`, from the line's own total and utilization. */
function requestedMemory({ beside }: LoggedFigure): Expectation | undefined {
  const { deviceTotal, gpuMemoryUtilization } = beside;
  if (deviceTotal === undefined || gpuMemoryUtilization === undefined) {
    return undefined;
  }
  const hundredth = 2 ** 30 / 200;
  return certain(
    [deviceTotal - hundredth, deviceTotal + hundredth].map((total) =>
      Math.ceil(total * gpuMemoryUtilization),
    ),
    `${gpuMemoryUtilization} of the total`,
  );
}
