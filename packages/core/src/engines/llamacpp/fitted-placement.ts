import type { Workload } from '../../deployment/workload.js';
import type { GgufTensor } from '../../import/gguf.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { computeBuffers } from './compute-buffers.js';
import { type FitState, fillWithBlocks, flagsOf } from './fitted-blocks.js';
import { fillWithExperts } from './fitted-experts.js';
import { placedCache } from './placed-cache.js';
import { type PlacementFlags, placementOf } from './placement.js';
import type { LlamacppSettings } from './settings.js';
import { placedWeights } from './weights.js';

/** What `--fit` starts from. */
export interface FitQuestion {
  readonly model: Model;
  /** Its `contextLength` is what the user gave; the model's own, and free to be shortened, with `isContextFree`. */
  readonly workload: Workload;
  readonly isContextFree: boolean;
  readonly settings: LlamacppSettings;
  readonly isServer: boolean;
  readonly flags: PlacementFlags;
  /** Free bytes of each device. */
  readonly free: readonly number[];
  /** What is left free on each: `--fit-target`. */
  readonly marginBytes: number;
  readonly tensors?: readonly GgufTensor[];
}

/** What `--fit` chooses. */
export interface FittedPlacement {
  readonly flags: PlacementFlags;
  /** Tokens of all sequences: `--ctx-size`. */
  readonly ctxSize: number;
  /** `as it is` where nothing had to change; `given up` where flags of the user stand in the way. */
  readonly outcome: 'as it is' | 'shorter context' | 'fewer on devices' | 'given up';
}

/** The shortest context that is chosen, for each stream: `--fit-ctx`. */
const MIN_CONTEXT = 4096;

/** Contexts are cut to multiples of it. */
const CONTEXT_ALIGNMENT = 256;

/**
 * The placement that the engine's own `--fit` chooses, the default of all its programs: as it is where each device keeps
 * the margin; else a shorter context, where that is free to choose; else blocks from the last on as far as they fit, of
 * mixtures those without experts first, then experts from the first device on.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `common/fit.cpp` (`common_params_fit_impl`).
 *
 * @throws InputError where weights or sizes of the model are not known.
 */
export function fittedPlacement(question: FitQuestion): FittedPlacement {
  const { model, workload, settings, isContextFree, free, marginBytes, flags } = question;
  const { numSequences } = workload;
  const measure = (tried: PlacementFlags, ctxSize: number) => measured(question, tried, ctxSize);
  const streams = settings.kvUnified === true ? 1 : numSequences;
  const longest = workload.contextLength * numSequences;
  const whole = measure(flags, longest);
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
  const targets = free.map((bytes) => bytes - marginBytes);
  if (whole.total.every((used, device) => used <= (targets[device] as number))) {
    return { flags, ctxSize: longest, outcome: 'as it is' };
  }
  let ctxSize = longest;
  if (isContextFree && sum(whole.total) > sum(targets)) {
    const shortest = MIN_CONTEXT * streams;
    if (longest > shortest) {
      // With several devices only whole blocks, or tensors of mixtures, can be given away.
      const share = model.numExperts === undefined ? 2 : 6;
      const perBlock = Math.floor(sum(whole.weights) / model.numHiddenLayers);
      const reserve = free.length > 1 ? Math.floor(((free.length + 1) * perBlock) / share) : 0;
      const target = sum(targets) - reserve;
      const least = sum(measure(flags, shortest).total);
      ctxSize = shortest;
      if (target > least) {
        ctxSize = interpolated(longest, shortest, target - least, sum(whole.total) - least, streams);
        if (free.length === 1) {
          return { flags, ctxSize, outcome: 'shorter context' };
        }
      }
    }
  }
  if (isFixed(flags)) {
    return { flags, ctxSize, outcome: 'given up' };
  }
  const state: FitState = {
    numBlocks: model.numHiddenLayers,
    hasExperts: model.numExperts !== undefined,
    targets,
    measure: (tried) => measure({ ...flags, ...tried }, ctxSize).total,
  };
  const filled = fillWithBlocks(state);
  const withoutExperts = state.hasExperts
    ? measure({ ...flags, cpuMoe: true }, ctxSize).total.map(
        (used, device) => (targets[device] as number) - used,
      )
    : [];
  const blocks = sum(withoutExperts) > 0 ? fillWithExperts(state, filled) : filled;
  return {
    flags: { ...flags, ...flagsOf(state, blocks) },
    ctxSize,
    outcome: 'fewer on devices',
  };
}

function isFixed({
  gpuLayers,
  tensorSplit,
  overrides = [],
  cpuMoe,
  cpuMoeLayers = 0,
}: PlacementFlags): boolean {
  return (
    gpuLayers !== undefined ||
    tensorSplit?.some((share) => share !== 0) === true ||
    overrides.length > 0 ||
    cpuMoe === true ||
    cpuMoeLayers > 0
  );
}

/** The context between two whose memory meets the target, if memory grew evenly, in whole multiples for each stream. */
function interpolated(
  longest: number,
  shortest: number,
  wanted: number,
  span: number,
  streams: number,
): number {
  const more = Number((BigInt(longest - shortest) * BigInt(wanted)) / BigInt(span));
  const align = CONTEXT_ALIGNMENT * streams;
  const size = shortest + more;
  return Math.max(size - (size % align), shortest);
}

/** What the engine's plan says that each device holds. */
function measured(
  { model, workload, settings, isServer, free, tensors }: FitQuestion,
  flags: PlacementFlags,
  ctxSize: number,
): { readonly total: readonly number[]; readonly weights: readonly number[] } {
  const placement = placementOf(model.numHiddenLayers, flags, free);
  const tried = { ...workload, contextLength: ctxSize / workload.numSequences };
  const options = { isServer, isPlan: true, placement, ...(tensors !== undefined && { tensors }) };
  const compute = computeBuffers(model, tried, settings, options);
  const cache = placedCache(model, tried, settings, placement);
  const weights = placedWeights(model, placement, tensors).map((quantity) => quantity?.bytes);
  if (compute === undefined || weights.some((bytes) => bytes === undefined)) {
    throw new InputError(
      `What --fit of llama.cpp chooses for ${model.name} cannot be known, since its weights or sizes are not.`,
    );
  }
  const onDevices = (bytes: readonly (number | undefined)[]) =>
    bytes.slice(0, free.length).map((one) => one ?? 0);
  const held = [onDevices(weights), onDevices(cache), onDevices(compute.bytes)];
  return {
    total: free.map((_, device) => held.reduce((total, part) => total + (part[device] as number), 0)),
    weights: onDevices(weights),
  };
}
