import type { Workload } from '../../deployment/workload.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { factsOf } from './releases.js';
import { requestsGiven } from './running-requests.js';
import type { SglangSettings } from './settings.js';
import type { Speculation } from './speculation.js';
import { statesOfRequest } from './states.js';

const GIB = 2 ** 30;

/** `--mamba-full-memory-ratio`. */
const DEFAULT_RATIO = 0.9;

/** How many states there are, and what they leave of the memory. */
export interface StateBudget {
  /** `max_mamba_cache_size`. */
  readonly states: number;
  /** Memory for tokens, in GiB as SGLang reckons. */
  readonly restGib: number;
}

/**
 * The states of recurrent layers that a memory size is cut into, and what is left for tokens.
 *
 * - `--max-mamba-cache-size`, or without a prefix cache as many as `--max-running-requests`; else as many as fit into
 *   `ratio / (1 + ratio)` of the memory, one more for the writes of padding within it.
 * - Speculation of D tokens takes D more states for each running request: since 0.5.13 within the budget, where each slot
 *   pays `1 + D / slots of a request`; before, of the memory as a whole.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`_handle_max_mamba_cache`); v0.5.13, v0.5.9, v0.5.8, v0.5.7, `model_executor/model_runner_kv_cache_mixin.py`, and
 * v0.5.6, `model_executor/model_runner.py` (`handle_max_mamba_cache`).
 *
 * @param availableGib of one device.
 * @param perState bytes of a state of all layers of the stage that has the most.
 * @throws InputError where the release's rule is not known here.
 */
export function stateBudget(
  model: Model,
  workload: Workload,
  settings: SglangSettings,
  speculation: Speculation | undefined,
  availableGib: number,
  perState: number,
): StateBudget {
  const facts = factsOf(settings);
  if (!facts.sizesStates) {
    throw new InputError(
      `How SGLang ${settings.version} sizes the states of ${model.name} is not known here; use a release from 0.5.3.post2 on.`,
    );
  }
  const { maxMambaCacheSize, mambaFullMemoryRatio = DEFAULT_RATIO, disableRadixCache } = settings;
  const replicas = settings.enableDpAttention === true ? workload.dataParallel : 1;
  const slots = statesOfRequest(model, settings);
  const padding = facts.countsPaddingState ? 1 : 0;
  const drafted = speculation?.numDraftTokens ?? 0;
  const requests = requestsGiven(workload, settings);
  const ofBytes = (bytes: number) => bytes / GIB;
  const inBudget = (gib: number) => ((gib * mambaFullMemoryRatio) / (1 + mambaFullMemoryRatio)) * GIB;
  const hasFixed =
    maxMambaCacheSize !== undefined && (facts.takesMaxMambaCacheSize || disableRadixCache === true);
  const withoutPrefixes =
    disableRadixCache !== true
      ? undefined
      : (requests ??
        (facts.statesWithoutPrefixes === 'budget' ? undefined : facts.statesWithoutPrefixes / replicas));
  const fixed = hasFixed ? Math.floor(maxMambaCacheSize / replicas) : withoutPrefixes;

  if (facts.speculativeStates === 'everySlot') {
    const states = Math.floor(
      fixed ?? Math.floor(floorDiv(floorDiv(inBudget(availableGib), perState), 1 + drafted) / replicas),
    );
    return { states, restGib: availableGib - ofBytes(states * perState * (1 + drafted)) };
  }
  if (facts.speculativeStates !== 'jointly') {
    const isFirst = facts.speculativeStates === 'first' || fixed === undefined;
    const rest = availableGib - (isFirst ? ofBytes(perState * (requests ?? 0) * drafted) : 0);
    const states = Math.floor(fixed ?? floorDiv(inBudget(rest), perState));
    return { states, restGib: rest - ofBytes(states * perState) };
  }
  const states = Math.floor(
    fixed ??
      Math.max(
        0,
        floorDiv(
          inBudget(availableGib) - perState * (1 + drafted) * padding,
          perState * (1 + drafted / slots),
        ),
      ),
  );
  const running =
    fixed !== undefined && !hasFixed ? states : Math.min(requests ?? 0, Math.floor(states / slots));
  const rest =
    drafted === 0 ? availableGib : availableGib - ofBytes(perState * (running + padding) * drafted);
  return { states, restGib: rest - ofBytes((states + padding) * perState) };
}

/** Python's `//` of floating-point numbers, which does not round up as a division may. */
export function floorDiv(dividend: number, divisor: number): number {
  return Math.round((dividend - (dividend % divisor)) / divisor);
}
