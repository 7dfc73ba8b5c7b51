import { engineLogLines } from '../engines/all-log-lines.js';
import { unlessRefused } from '../text/errors.js';
import { divide, type FitRequest, fullestOf, weightsOf } from './budget.js';

/** What the engine logs of its cache when it starts: most likely, and at either end of what is available. */
export interface EngineLog {
  readonly lines: readonly string[];
  readonly low: readonly string[];
  readonly high: readonly string[];
}

/**
 * The lines that the engine logs of its cache for the workload that is asked for; none where it would not start, or logs
 * nothing.
 */
export function engineLog(request: FitRequest): EngineLog {
  const { case: item, settings, devices } = request;
  const { available } = fullestOf(divide(request, item.workload));
  const asked = {
    ...{ model: item.model, workload: item.workload, settings },
    ...{ weights: weightsOf(item.model), device: devices.device },
  };
  const at = (bytes: number): readonly string[] =>
    bytes < 0
      ? []
      : unlessRefused(
          () => engineLogLines(item.engine.name, asked, bytes),
          () => [],
        );
  return { lines: at(available.bytes), low: at(available.low), high: at(available.high) };
}
