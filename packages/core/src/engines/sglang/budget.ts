import type { BudgetPart, DeviceBudget } from '../../deployment/budget.js';
import { weightBytesPerDevice } from '../../deployment/weights-on-devices.js';
import type { Workload } from '../../deployment/workload.js';
import type { Model, Weights } from '../../model/model.js';
import { exactly, type Quantity } from '../../text/quantity.js';
import type { SglangDevice } from './device-defaults.js';
import { sglangDevicesOf } from './devices.js';
import { memFractionOf } from './mem-fraction.js';
import { isMultimodal } from './multimodal.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';
import { speculationOf } from './speculation.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** What SGLang's memory is divided for. Devices are all alike, as many as the workload's parallelism takes. */
export interface SglangBudgetRequest {
  readonly model: Model;
  readonly weights: Weights;
  readonly workload: Workload;
  readonly settings: SglangSettings;
  readonly device: SglangDevice;
  /** The model that drafts, where it is another; its weights are loaded beside. */
  readonly draft?: { readonly model: Model; readonly weights: Weights };
}

/** GiB: what is likely, at least and at most. */
type Range = readonly [likely: number, least: number, most: number];

/** What a process takes of a device before anything is loaded: a CUDA context, or with ROCm much more. */
const CONTEXT: Range = [0.55, 0.35, 0.8];
const ROCM_CONTEXT: Range = [2.5, 0.6, 4.5];

/** What the system and its programs keep of memory that it shares with the GPU, where nothing else runs. */
const SYSTEM: Range = [9.5, 6, 16];

/** Buffers of collectives on each of several ranks: over PCIe, and over NVLink, which boards with HBM have. */
const COLLECTIVES: Range = [0.3, 0, 0.5];
const NVLINK_COLLECTIVES: Range = [1.2, 0.2, 2.1];
const HBM_BYTES_PER_SECOND = 1.9e12;

/**
 * What loading leaves beside the weights: what the allocator rounds up and workspaces of kernels; and, for each byte of
 * weights, what is not split as assumed.
 */
const LOADING: Range = [0.15, 0.02, 0.45];
const LOADING_SHARE: Range = [0.003, 0, 0.02];

/** `SGLANG_VLM_CACHE_SIZE_MB`. */
const IMAGE_CACHE_BYTES = 100 * MIB;

const LOGS = 'start-up logs of SGLang 0.4 to 0.5 that users published: free memory before and after loading';

/**
 * How SGLang divides the memory of a device. What is free once the process is there is cut in two by
 * `--mem-fraction-static`: one part holds weights and cache, the other is for activations and graphs.
 *
 *     cache = free after loading - free before loading x (1 - fraction)
 *
 * - The fraction: `memFractionOf`, exact.
 * - Free before loading: the device's total less what the process takes, and on several ranks buffers of collectives.
 * - Weights: `weightBytesPerDevice`, a draft's too, and what loading leaves beside them.
 * - Since 0.5.18 a multimodal model leaves 100 MiB for images.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`_profile_available_bytes`, `mm_runtime_reservation_gb`); v0.5.9, `model_executor/model_runner_kv_cache_mixin.py`, and
 * v0.4.6, `model_executor/model_runner.py` (`profile_max_num_token`).
 *
 * @throws InputError where the reserve is more than the device has, or the settings make no sense.
 */
export function sglangBudget(request: SglangBudgetRequest): readonly DeviceBudget[] {
  const { model, workload, settings, device } = request;
  const { fraction, explanation } = memFractionOf({ model, workload, settings, device });
  const ofFraction = (whole: Quantity): Quantity => {
    const share = (bytes: number) => Math.floor(bytes * fraction);
    return { bytes: share(whole.bytes), low: share(whole.low), high: share(whole.high), how: whole.how };
  };
  const usable = ofFraction(device.total);
  const weights = weightsParts(request);
  const parts: readonly BudgetPart[] = [
    ...processParts(device, workload).map((part) => ({ ...part, ...ofFraction(part) })),
    ...weights,
    loadingPart(weights),
    ...(factsOf(settings).leavesRoomForImages && isMultimodal(model, settings)
      ? [
          {
            ...exactly(IMAGE_CACHE_BYTES),
            name: 'images',
            explanation: [
              '100 MiB for embeddings of images that come after the pools (SGLANG_VLM_CACHE_SIZE_MB)',
            ],
            source:
              'sgl-project/sglang v0.5.23, python/sglang/srt/mem_cache/kv_cache_configurator.py (mm_runtime_reservation_gb)',
          },
        ]
      : []),
  ];
  return [
    {
      where: 'device',
      copies: sglangDevicesOf(workload, settings),
      total: device.total,
      usable,
      usableReason: `${fraction} of it (--mem-fraction-static: ${explanation.join('; ')})`,
      parts,
      available: {
        bytes: parts.reduce((rest, { bytes }) => rest - bytes, usable.bytes),
        low: parts.reduce((rest, { high }) => rest - high, usable.low),
        high: parts.reduce((rest, { low }) => rest - low, usable.high),
        how: 'formula',
      },
    },
  ];
}

/** What is gone of a device before anything is loaded. */
function processParts(
  { vendor, isUnified, bandwidthBytesPerSecond = 0 }: SglangDevice,
  { tensorParallel, pipelineParallel }: Workload,
): readonly BudgetPart[] {
  const ranks = tensorParallel * pipelineParallel;
  const process = isUnified
    ? quantityPart('system and process', SYSTEM, [
        'what the system keeps of memory that it shares with the GPU',
      ])
    : vendor === 'AMD'
      ? quantityPart('process', ROCM_CONTEXT, ['the context of ROCm, with the buffers of its collectives'])
      : quantityPart('process', CONTEXT, ['the context of CUDA']);
  if (ranks === 1 || vendor === 'AMD') {
    return [process];
  }
  const hasNvlink = bandwidthBytesPerSecond >= HBM_BYTES_PER_SECOND;
  return [
    process,
    quantityPart('collectives', hasNvlink ? NVLINK_COLLECTIVES : COLLECTIVES, [
      `buffers of NCCL on each of ${ranks} ranks${hasNvlink ? ', over NVLink' : ''}`,
    ]),
  ];
}

function weightsParts({
  model,
  weights,
  workload,
  settings,
  draft,
}: SglangBudgetRequest): readonly BudgetPart[] {
  const drafts = draft !== undefined && speculationOf(model, settings)?.hasDraft === true;
  return [
    weightsPart('weights', model, weights, workload, settings),
    ...(drafts ? [weightsPart('weights of the draft', draft.model, draft.weights, workload, settings)] : []),
  ];
}

/**
 * Weights of one device. Replicas of DP attention each have all of attention, embedding and head, split over their part of
 * the ranks only; experts and dense layers are split over all. Which of the other matrices are dense layers' is not known,
 * so the least is that all are split.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/layers/dp_attention.py`, `layers/communicator.py`.
 */
function weightsPart(
  name: string,
  model: Model,
  weights: Weights,
  workload: Workload,
  { enableDpAttention }: SglangSettings,
): BudgetPart {
  const split = weightBytesPerDevice(model, weights, workload);
  const { parts } = weights;
  const replicas = enableDpAttention === true ? workload.dataParallel : 1;
  const explanation = split === weights.bytes ? [] : [`${weights.bytes} bytes in all, split over the ranks`];
  if (replicas === 1 || parts === undefined) {
    return { ...exactly(split), name, explanation, source: weights.source };
  }
  const ofKinds = (isExpert: boolean, tensorParallel: number) => {
    const chosen = parts.filter(({ kind }) => (kind === 'expert') === isExpert);
    const bytes = chosen.reduce((total, part) => total + part.bytes, 0);
    return weightBytesPerDevice(model, { ...weights, bytes, parts: chosen }, { ...workload, tensorParallel });
  };
  const replicated =
    ofKinds(true, workload.tensorParallel) + ofKinds(false, workload.tensorParallel / replicas);
  return {
    ...{ bytes: replicated, low: split, high: replicated, how: 'formula' },
    ...{ name, source: weights.source },
    explanation: [
      ...explanation,
      `attention, embedding and head over ${workload.tensorParallel / replicas} each`,
    ],
  };
}

function loadingPart(weights: readonly BudgetPart[]): BudgetPart {
  const loaded = weights.reduce((total, { bytes }) => total + bytes, 0) / GIB;
  const range = LOADING.map((gib, end) => gib + loaded * (LOADING_SHARE[end] ?? 0)) as unknown as Range;
  return quantityPart('loading', range, [
    'what is gone after loading beside the weights: rounding of the allocator, workspaces of kernels',
  ]);
}

function quantityPart(name: string, range: Range, explanation: readonly string[]): BudgetPart {
  const [bytes, low, high] = range.map((gib) => Math.round(gib * GIB)) as [number, number, number];
  return { bytes, low, high, how: 'formula', name, explanation, source: LOGS };
}
