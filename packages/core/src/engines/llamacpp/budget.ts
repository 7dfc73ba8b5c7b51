import type { BudgetPart, DeviceBudget } from '../../deployment/budget.js';
import type { Workload } from '../../deployment/workload.js';
import type { GgufTensor } from '../../import/gguf.js';
import type { Model } from '../../model/model.js';
import { exactly, type Quantity } from '../../text/quantity.js';
import { type ComputeBuffers, computeBuffers } from './compute-buffers.js';
import { type PlacementFlags, placementOf } from './placement.js';
import type { LlamacppSettings } from './settings.js';
import { placedWeights } from './weights.js';

/** What a llama.cpp process runs on, and how it was started. */
export interface LlamacppDeployment {
  /** Each device's memory as the engine sees it, in bytes; `free` before it starts, all of it where it is not given. */
  readonly devices: readonly { readonly total: Quantity; readonly free?: number }[];
  /** Memory of the host, where it is known. */
  readonly hostBytes?: number;
  readonly flags: PlacementFlags;
  /** `llama-server` rather than another program; true by default. */
  readonly isServer?: boolean;
  /** The tensors of the model's file, where they are known. */
  readonly tensors?: readonly GgufTensor[];
}

/** What `--fit` leaves free on each device: `--fit-target`, 1024 MiB, `common/common.h` (`fit_params_target`). */
export const FIT_MARGIN_BYTES = 1024 * 2 ** 20;

const MEBIBYTE = 2 ** 20;

/**
 * The memory of each device and of the host (last) that is not cache: weights, compute buffer, on the host the output
 * buffer too, and on devices what no plan of the engine counts.
 *
 * ```ts
 * llamacppBudget(llama31, { ...DEFAULT_WORKLOAD, contextLength: 8192 }, {}, { devices: [{ total: exactly(24 * 2 ** 30) }], flags: {} });
 * ```
 *
 * - Compute buffers are laid out as the engine lays them out; `rule` where the architecture's graph is known.
 * - The output buffer has scores of all tokens that a step may ask for, 4 bytes each: `n_vocab x n_seq_max` when the
 *   context is made.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-context.cpp` (`sched_reserve`, `output_reserve`).
 *
 * @throws InputError for a workload or flags that the engine refuses.
 */
export function llamacppBudget(
  model: Model,
  workload: Workload,
  settings: LlamacppSettings,
  { devices, hostBytes, flags, isServer = true, tensors }: LlamacppDeployment,
): readonly DeviceBudget[] {
  const placement = placementOf(
    model.numHiddenLayers,
    flags,
    devices.map(({ total, free }) => free ?? total.bytes),
  );
  const options = { isServer, placement, ...(tensors !== undefined && { tensors }) };
  const buffers = computeBuffers(model, workload, settings, options);
  const weights = placedWeights(model, placement, tensors);
  const partsOf = (backend: number) => [
    ...weightPart(weights[backend]),
    computePart(buffers, backend, model),
  ];
  const onDevices = devices.map(({ total, free }, device) =>
    budgetOf('device', total, free === undefined ? total : exactly(free), [...partsOf(device), OUTSIDE_PLAN]),
  );
  const host = exactly(hostBytes ?? 0);
  return [
    ...onDevices,
    budgetOf('host', host, host, [...partsOf(placement.devices), outputPart(model, workload)]),
  ];
}

function budgetOf(
  where: DeviceBudget['where'],
  total: Quantity,
  usable: Quantity,
  parts: readonly BudgetPart[],
): DeviceBudget {
  const sum = (end: 'bytes' | 'low' | 'high') => parts.reduce((bytes, part) => bytes + part[end], 0);
  return {
    where,
    copies: 1,
    total,
    usable,
    parts,
    available: {
      bytes: usable.bytes - sum('bytes'),
      low: usable.low - sum('high'),
      high: usable.high - sum('low'),
      how: parts.every(({ how }) => how === 'rule') ? usable.how : 'formula',
    },
  };
}

function weightPart(weights: Quantity | undefined): readonly BudgetPart[] {
  return weights === undefined
    ? []
    : [
        {
          ...weights,
          name: 'weights',
          explanation: [
            weights.how === 'rule'
              ? 'the tensors that are placed here'
              : "the weights' bytes, spread evenly over blocks",
          ],
          source: 'ggml-org/llama.cpp v0.5.0, src/llama-model.cpp (load_tensors)',
        },
      ];
}

/** Bytes that CUDA's context, cuBLAS and ggml's pool take beside all buffers. */
const OUTSIDE_PLAN: BudgetPart = {
  name: 'outside the plan',
  bytes: 400 * MEBIBYTE,
  low: 200 * MEBIBYTE,
  high: 1024 * MEBIBYTE,
  how: 'assumed',
  explanation: [
    "CUDA's context, cuBLAS and ggml's pool, which no plan of the engine counts; --fit leaves 1024 MiB for them",
  ],
  source: 'assumed; ggml-org/llama.cpp v0.5.0, common/fit.cpp keeps 1024 MiB',
};

/** How far a decoder of the usual form was off for architectures that it is not the graph of, relative to the engine's. */
export const STAND_IN_ERROR = { judgedOn: 412, median: 0.0155, p90: 0.648 };

function computePart(buffers: ComputeBuffers | undefined, backend: number, model: Model): BudgetPart {
  const source = 'ggml-org/llama.cpp v0.5.0, ggml/src/ggml-alloc.c, src/llama-graph.cpp, src/models';
  const bytes = buffers?.bytes[backend];
  if (bytes === undefined) {
    return {
      name: 'compute buffer',
      bytes: 512 * MEBIBYTE,
      low: 32 * MEBIBYTE,
      high: 4096 * MEBIBYTE,
      how: 'assumed',
      explanation: [`the sizes that the compute buffer of ${model.name} depends on are not known`],
      source,
    };
  }
  if (buffers?.isOwnGraph === true) {
    return {
      ...exactly(bytes),
      name: 'compute buffer',
      explanation: [`the graph of ${model.architecture}, laid out as ggml's allocator does`],
      source,
    };
  }
  return {
    bytes,
    low: Math.floor(bytes * LOW),
    high: Math.ceil(bytes * HIGH),
    how: 'formula',
    name: 'compute buffer',
    explanation: [
      `the graph of ${model.architecture} is not known; a decoder of the usual form stands in for it`,
    ],
    source,
    error: STAND_IN_ERROR,
  };
}

/**
 * Ends of the range where another graph stands in: nine of ten of one half of the architectures whose graph is not known
 * (208 answers of the engine) lay between them, and nine of ten of the other half (184 of 204).
 */
const LOW = 0.64;
const HIGH = 3.11;

/** Scores of one token of each sequence: what is set aside before the first step asks for more. */
function outputPart({ vocabSize, name }: Model, { numSequences }: Workload): BudgetPart {
  const source = 'ggml-org/llama.cpp v0.5.0, src/llama-context.cpp (output_reserve)';
  return vocabSize === undefined
    ? {
        ...{
          bytes: MEBIBYTE * numSequences,
          low: 0,
          high: 4 * MEBIBYTE * numSequences,
          how: 'assumed' as const,
        },
        name: 'output buffer',
        explanation: [`how many tokens ${name} has is not known`],
        source,
      }
    : {
        ...exactly(4 * vocabSize * numSequences),
        name: 'output buffer',
        explanation: [`4 bytes x ${vocabSize} tokens x ${numSequences} sequences`],
        source,
      };
}
