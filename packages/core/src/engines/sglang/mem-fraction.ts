import type { Workload } from '../../deployment/workload.js';
import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { fixedHalfEven } from '../../text/exact.js';
import {
  capacityMib,
  chunkedPrefillSizeOn,
  decodeGraphBatchOn,
  type SglangDevice,
} from './device-defaults.js';
import { prefillGraphSizes } from './graph-sizes.js';
import { encoderShare } from './multimodal.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';

/** A `--mem-fraction-static`, and the arithmetic behind it. */
export interface MemFraction {
  readonly fraction: number;
  readonly explanation: readonly string[];
}

/** What the default fraction depends on. */
export interface MemFractionCase {
  readonly model: Model;
  readonly workload: Workload;
  readonly settings: SglangSettings;
  readonly device: SglangDevice;
  /** Whether `--context-length` is given, not only the model's own; it is by default. */
  readonly isContextGiven?: boolean;
}

/**
 * The part of a device's free memory that weights and cache take together: `--mem-fraction-static`, or SGLang's default.
 * Sizes are in MiB.
 *
 * - Since 0.5.3: all but `512 + 1.5 x chunk + 128 x ranks + graphs`, where graphs are 2 for each sequence of the largest
 *   decode graph, 3 more for each and each replica of DP attention (4.5 above 300), and 8 for each size of prefill graphs
 *   (1536 for MLA); at least 10240 are kept above 60 GiB; before 0.5.14 a draft keeps more. Rounded to three digits.
 * - From 0.4.7.post1: all but a reserve for the class of device. Before: a table by ranks.
 * - An encoder of images leaves a part of it (`encoderShare`).
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/memory_hook.py` (`handle_gpu_memory_settings`,
 * `reserve_for_graph_mb`); v0.5.18 and before, `python/sglang/srt/server_args.py` (`_handle_gpu_memory_settings`,
 * `__post_init__`).
 *
 * @throws InputError where the reserve is more than the device has.
 */
export function memFractionOf(use: MemFractionCase): MemFraction {
  const { memFractionStatic } = use.settings;
  if (memFractionStatic !== undefined) {
    return { fraction: memFractionStatic, explanation: [`--mem-fraction-static ${memFractionStatic}`] };
  }
  const facts = factsOf(use.settings);
  const memories = use.model.layers.flatMap(memoriesOf);
  const isSparse = memories.some((memory) => memory.kind === 'latent' && memory.indexer !== undefined);
  if (isSparse && facts.sparseAttentionSetsFraction) {
    return { fraction: 0.8, explanation: ['0.8, which this release sets for sparse attention'] };
  }
  const { fraction, explanation } = beforeEncoder(use);
  const share = encoderShare(use.model, use.settings);
  const all =
    share === 1
      ? { fraction, explanation }
      : {
          fraction: fraction * share,
          explanation: [
            ...explanation,
            `x ${share.toFixed(3)} for the image encoder = ${(fraction * share).toFixed(4)}`,
          ],
        };
  if (!(all.fraction > 0)) {
    throw new InputError(
      `SGLang reserves more than the ${capacityMib(use.device)} MiB of ${use.device.name}; give --mem-fraction-static, or a smaller --chunked-prefill-size.`,
    );
  }
  return all;
}

function beforeEncoder(use: MemFractionCase): MemFraction {
  switch (factsOf(use.settings).memFraction) {
    case 'table':
      return fromTable(use);
    case 'classes':
      return fromReserve(use, reserveOfClass(use));
    case 'work':
      return fromReserve(use, reserveOfWork(use));
  }
}

/** What is kept out of the fraction, in MiB, part by part. */
interface Reserve {
  readonly mib: number;
  readonly parts: readonly string[];
}

function fromReserve({ device }: MemFractionCase, { mib, parts }: Reserve): MemFraction {
  const capacity = capacityMib(device);
  const fraction = Number(fixedHalfEven((capacity - mib) / capacity, 3));
  return {
    fraction,
    explanation: [
      `${parts.join(' + ')} = ${mib} MiB`,
      `(${capacity} - ${mib}) / ${capacity} MiB = ${fraction}`,
    ],
  };
}

const LARGE_DEVICE = 60 * 1024;
const LEAST_OF_LARGE = 10 * 1024;

function reserveOfWork({
  model,
  workload,
  settings,
  device,
  isContextGiven = true,
}: MemFractionCase): Reserve {
  const facts = factsOf(settings);
  const { tensorParallel, pipelineParallel, dataParallel } = workload;
  const chunk = Math.max(chunkedPrefillSizeOn(device, settings), 2048);
  const batch = decodeGraphBatchOn(device, workload, settings);
  const ranks = tensorParallel * pipelineParallel;
  const prefills = prefillGraphSizes(model, device, workload, settings, isContextGiven).length;
  const isLatent = model.layers
    .flatMap(memoriesOf)
    .some(({ kind }) => kind === 'latent' || kind === 'compressed');
  const hasDecodeGraphs = settings.disableCudaGraph !== true || !facts.reservesGraphsInUse;
  const replicas = settings.enableDpAttention === true ? dataParallel : 0;
  const parts: readonly (readonly [mib: number, text: string])[] = [
    [512, '512'],
    [chunk * 1.5, `1.5 x ${chunk} tokens of a chunk`],
    [hasDecodeGraphs ? batch * 2 : 0, `2 x ${batch} sequences of decode graphs`],
    [(ranks / 8) * 1024, `128 x ${ranks} ranks`],
    [
      batch * replicas * (batch > 300 ? 4.5 : 3),
      `${batch > 300 ? 4.5 : 3} x ${batch} x ${replicas} replicas`,
    ],
    prefills === 0 || !isLatent
      ? [prefills * 8, `8 x ${prefills} prefill graphs`]
      : [1536, '1536 for prefill graphs of MLA'],
  ];
  const sum = parts.reduce((total, [mib]) => total + mib, 0);
  const isSmall = capacityMib(device) > LARGE_DEVICE && sum < LEAST_OF_LARGE;
  const draft = draftReserve(settings);
  return {
    mib: (isSmall ? LEAST_OF_LARGE : sum) + draft,
    parts: [
      ...(isSmall
        ? [`${LEAST_OF_LARGE}, the least above 60 GiB`]
        : parts.filter(([mib]) => mib > 0).map(([, text]) => text)),
      ...(draft === 0 ? [] : [`${draft} for a draft`]),
    ],
  };
}

function draftReserve(settings: SglangSettings): number {
  const facts = factsOf(settings);
  switch (settings.speculativeAlgorithm) {
    case undefined:
    case 'NGRAM':
      return 0;
    case 'STANDALONE':
      return facts.standaloneReserve;
    default:
      return facts.draftReserve;
  }
}

function reserveOfClass({ workload, settings, device }: MemFractionCase): Reserve {
  const capacity = capacityMib(device);
  const ranks = workload.tensorParallel * workload.pipelineParallel;
  const [mib, text] =
    capacity < 35 * 1024
      ? [(2.8 + ranks / 10) * 1024, `1024 x (2.8 + ${ranks} ranks / 10)`]
      : capacity < 90 * 1024
        ? [(9.5 + ranks / 2) * 1024, `1024 x (9.5 + ${ranks} ranks / 2)`]
        : capacity < 160 * 1024
          ? [(12 + ranks / 2) * 1024, `1024 x (12 + ${ranks} ranks / 2)`]
          : [32 * 1024, '32768'];
  const draft = draftReserve(settings);
  const shares = settings.enableDpAttention === true;
  return {
    mib: mib + draft + (shares ? 4096 : 0),
    parts: [
      text,
      ...(draft === 0 ? [] : [`${draft} for a draft`]),
      ...(shares ? ['4096 for DP attention'] : []),
    ],
  };
}

/** The fraction by ranks on devices of up to 80 GiB, most ranks first. */
const BY_RANKS = [
  [16, 0.79],
  [8, 0.81],
  [4, 0.85],
  [2, 0.87],
] as const;

const FOR_ONE_RANK = 0.88;

function fromTable({ workload, settings, device }: MemFractionCase): MemFraction {
  const { tableCountsStages, tableGrows, tableKnowsSpeculation } = factsOf(settings);
  const mib = capacityMib(device);
  const ranks = workload.tensorParallel * (tableCountsStages ? workload.pipelineParallel : 1);
  const speculates = settings.speculativeAlgorithm !== undefined;
  const isSmall = mib <= 81_920;
  const ofTable = isSmall ? (BY_RANKS.find(([least]) => ranks >= least)?.[1] ?? FOR_ONE_RANK) : FOR_ONE_RANK;
  const explained = (fraction: number, text: string) => ({ fraction, explanation: [text] });
  if (!tableGrows) {
    return isSmall
      ? explained(ofTable, `${ofTable} for ${ranks} ranks`)
      : explained((mib - 13 * 1024) / mib, `(${mib} - 13312) / ${mib} MiB`);
  }
  if (tableKnowsSpeculation && mib > 180_000 && (device.vendor ?? 'NVIDIA') === 'NVIDIA') {
    return explained(0.79, '0.79 for CUDA devices above 180,000 MiB');
  }
  if (mib > 96 * 1024) {
    const reserve = (tableKnowsSpeculation && speculates ? 20 : 18) * 1024;
    const grown = ofTable + (48 * 1024 * (1 - ofTable)) / mib;
    return explained(
      Math.min(grown, (mib - reserve) / mib),
      `the less of ${ofTable} + 49152 x ${(1 - ofTable).toFixed(2)} / ${mib} MiB and (${mib} - ${reserve}) / ${mib} MiB`,
    );
  }
  return tableKnowsSpeculation && speculates
    ? explained(ofTable * 0.95, `${ofTable} for ${ranks} ranks x 0.95 for speculation`)
    : explained(ofTable, `${ofTable} for ${ranks} ranks`);
}
