import type { BudgetPart } from '../../../deployment/budget.js';
import { weightBytesPerDevice } from '../../../deployment/weights-on-devices.js';
import { memoriesOf } from '../../../model/layer.js';
import { roundUp } from '../../../text/exact.js';
import { routedExpertsOf } from './experts.js';
import { GIB, gib, partOf } from './part.js';
import { hasMxfp4Experts, type Step } from './step.js';

/** More bytes that a device holds than the checkpoint has for it, and why. */
interface Extra {
  readonly bytes: number;
  readonly text: string;
}

/**
 * What "Model loading took" says: the device's share of the checkpoint, and what loading adds.
 *
 * - The tables of rotary positions: 2.5 GiB for the 10 million of Llama 4 Scout.
 * - Experts in MXFP4 are padded: of gpt-oss 2880 columns become 3072.
 * - Projections out of latents are kept once more, as attention absorbs them, where they are quantized.
 * - What `--cpu-offload-gb` says stays on the host; with `--language-model-only` the encoder is not loaded.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/model_executor/layers/rotary_embedding/base.py` (`_compute_cos_sin_cache`),
 * `vllm/model_executor/layers/quantization/mxfp4.py`, `vllm/model_executor/layers/attention/mla_attention.py`
 * (`process_weights_after_loading`), `vllm/utils/mem_utils.py` (`DeviceMemoryProfiler`).
 */
export function loadedWeightsOf(step: Step): BudgetPart {
  const { model, weights, workload, settings } = step;
  const share = weightBytesPerDevice(model, weights, workload);
  const extras = [
    rotaryTable(step),
    paddedExperts(step),
    latentCopies(step),
    elsewhere(step),
    minusEncoder(step),
  ].filter(({ bytes }) => bytes !== 0);
  const all = extras.reduce((sum, { bytes }) => sum + bytes, share);
  const offloaded = Math.min(all, (settings.cpuOffloadGb ?? 0) * GIB);
  const isGuessed = weights.parts === undefined && workload.tensorParallel > 1;
  const elsewhereSpread = -0.02 * elsewhere(step).bytes;
  const tower = model.geometry?.vision === undefined ? 0 : 0.3 * GIB;
  return partOf(
    'weights as loaded',
    all - offloaded,
    {
      below: 0.002 * all + 0.02 * GIB + 0.15 * paddedExperts(step).bytes,
      above:
        0.003 * all +
        0.08 * GIB +
        tower +
        (workload.tensorParallel > 1 ? 0.1 * GIB : 0) +
        (isGuessed ? 0.02 * all : 0) +
        elsewhereSpread +
        0.15 * paddedExperts(step).bytes,
    },
    'formula',
    [
      `${gib(share)} of the checkpoint's ${gib(weights.bytes)} on the device that holds the most (${weights.source})`,
      ...extras.map(({ text }) => text),
      ...(offloaded > 0 ? [`less ${gib(offloaded)} on the host (--cpu-offload-gb)`] : []),
    ],
    `vllm-project/vllm ${settings.version ?? 'v0.33.0'}, what "Model loading took" measures`,
  );
}

function rotaryTable({ model, elementBytes }: Step): Extra {
  const { rotaryElements = 0 } = model.geometry ?? {};
  const bytes = rotaryElements * elementBytes;
  return {
    bytes,
    text: `tables of rotary positions: ${rotaryElements} x ${elementBytes} bytes = ${gib(bytes)}`,
  };
}

/** Bytes of a weight in MXFP4, and of its share of a block's scale. */
const MXFP4 = { value: 1 / 2, scale: 1 / 32 };

/**
 * Widths of experts in MXFP4 are rounded up to what the kernels of the device take: both to 256 on compute capability
 * 10; a rank's intermediate size to 128 and the hidden size to 256 where Marlin runs (8 and 12); on Hopper the columns
 * of values, not of scales, to 256 by the layout of Triton's kernels.
 */
function paddedExperts({ model, weights, workload, hiddenSize, device }: Step): Extra {
  const experts = routedExpertsOf(model);
  if (!hasMxfp4Experts(model) || experts === undefined || hiddenSize === undefined) {
    return { bytes: 0, text: '' };
  }
  const parameters = (weights.parts ?? []).reduce(
    (sum, part) => sum + (part.kind === 'expert' ? part.parameters : 0),
    0,
  );
  const width = experts.intermediateSize / workload.tensorParallel;
  const isHopper = device.computeCapability?.startsWith('9.') === true;
  const isDataCentreBlackwell = device.computeCapability?.startsWith('10.') === true;
  const columns = roundUp(hiddenSize, 256);
  const rows = isHopper ? width : roundUp(width, isDataCentreBlackwell ? 256 : 128);
  const bytesOfWeight = isHopper ? MXFP4.value : MXFP4.value + MXFP4.scale;
  const ranks = workload.tensorParallel * workload.pipelineParallel;
  const bytes = Math.ceil(
    (parameters / ranks) * bytesOfWeight * ((columns * rows) / (hiddenSize * width) - 1),
  );
  return {
    bytes,
    text: `experts in MXFP4 padded from ${hiddenSize} x ${width} to ${columns} x ${rows}: ${gib(bytes)}`,
  };
}

/** The projection out of a latent is kept twice where it is quantized: once more as attention absorbs it, in the model's dtype. */
function latentCopies({ model, workload, elementBytes, bytesPerWeight = elementBytes }: Step): Extra {
  if (bytesPerWeight >= elementBytes) {
    return { bytes: 0, text: '' };
  }
  const elements = model.layers.flatMap(memoriesOf).reduce((sum, memory) => {
    const expanded = memory.kind === 'latent' ? memory.expanded : undefined;
    const heads =
      expanded === undefined ? 0 : Math.ceil(expanded.numAttentionHeads / workload.tensorParallel);
    return memory.kind === 'latent' && expanded !== undefined
      ? sum + memory.kvLoraRank * heads * (expanded.qkNopeHeadDim + expanded.vHeadDim)
      : sum;
  }, 0);
  const bytes = Math.ceil((elements * elementBytes) / workload.pipelineParallel);
  return {
    bytes,
    text: `projections out of latents, once more: ${elements} x ${elementBytes} bytes = ${gib(bytes)}`,
  };
}

/** With `--enable-expert-parallel` data-parallel replicas have experts between them, and all else each. */
function elsewhere({ weights, workload, settings }: Step): Extra {
  const { tensorParallel, pipelineParallel, dataParallel } = workload;
  if (settings.enableExpertParallel !== true || dataParallel === 1) {
    return { bytes: 0, text: '' };
  }
  const ofExperts = (weights.parts ?? []).reduce(
    (sum, part) => sum + (part.kind === 'expert' ? part.bytes : 0),
    0,
  );
  const own = ofExperts / (tensorParallel * pipelineParallel);
  const bytes = -Math.floor(own * (1 - 1 / dataParallel));
  return { bytes, text: `less ${gib(-bytes)} of experts that ${dataParallel - 1} other replicas hold` };
}

/** The encoder's share is not known apart, so it is counted from its widths: blocks of attention and an MLP. */
function minusEncoder({ model, settings, workload, elementBytes }: Step): Extra {
  const { hiddenSize, intermediateSize, numLayers } = model.geometry?.vision ?? {};
  if (
    settings.languageModelOnly !== true ||
    hiddenSize === undefined ||
    intermediateSize === undefined ||
    numLayers === undefined
  ) {
    return { bytes: 0, text: '' };
  }
  const parameters = numLayers * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize);
  const bytes = -Math.floor((parameters * elementBytes) / workload.tensorParallel);
  return { bytes, text: `less ${gib(-bytes)} of the encoder (--language-model-only)` };
}
