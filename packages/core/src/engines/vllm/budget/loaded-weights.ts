import type { BudgetPart } from '../../../deployment/budget.js';
import { weightBytesPerDevice } from '../../../deployment/weights-on-devices.js';
import { GIB, gib, partOf } from './part.js';
import { keyHeadDimOf, type Step } from './step.js';

/** More bytes that a device holds than the checkpoint has for it, and why. */
interface Extra {
  readonly bytes: number;
  readonly text: string;
}

/**
 * What "Model loading took" says: the device's share of the checkpoint, and what loading adds.
 *
 * - The table of rotary positions, one row of a head for each position of the longest context.
 * - MXFP4 experts are padded: of gpt-oss 2880 columns become 3072.
 * - Llama 4's experts of a layer, gate and up fused, are whole on each device while they are split; up to 0.26 the most that was
 *   allocated counts.
 * - What `--cpu-offload-gb` says stays on the host; with `--language-model-only` the encoder is not loaded.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/model_executor/layers/rotary_embedding/base.py` (`_compute_cos_sin_cache`),
 * `vllm/model_executor/layers/quantization/mxfp4.py`, `vllm/model_executor/models/llama4.py`
 * (`load_moe_expert_weights`), `vllm/utils/mem_utils.py` (`DeviceMemoryProfiler`).
 */
export function loadedWeightsOf(step: Step): BudgetPart {
  const { model, weights, workload, settings } = step;
  const share = weightBytesPerDevice(model, weights, workload);
  const extras = [rotaryTable(step), paddedExperts(step), fusedExperts(step), minusEncoder(step)].filter(
    ({ bytes }) => bytes !== 0,
  );
  const all = extras.reduce((sum, { bytes }) => sum + bytes, share);
  const offloaded = Math.min(all, (settings.cpuOffloadGb ?? 0) * GIB);
  const isGuessed = weights.parts === undefined && workload.tensorParallel > 1;
  const tower = model.geometry?.vision === undefined ? 0 : 0.3 * GIB;
  return partOf(
    'weights as loaded',
    all - offloaded,
    {
      below: 0.002 * all + 0.02 * GIB + paddedExperts(step).bytes / 2 + fusedExperts(step).bytes / 2,
      above: 0.003 * all + 0.08 * GIB + tower + (isGuessed ? 0.02 * all : 0) + paddedExperts(step).bytes / 2,
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

function rotaryTable({ model, workload, elementBytes }: Step): Extra {
  const positions = Math.max(model.maxPositionEmbeddings ?? 0, workload.contextLength);
  const headDim = keyHeadDimOf(model.layers) ?? 0;
  const bytes = positions * headDim * elementBytes;
  return { bytes, text: `rotary positions: ${positions} x ${headDim} x ${elementBytes} bytes = ${gib(bytes)}` };
}

const PADDED_COLUMNS = 256;
const MXFP4_BYTES = 0.5;

function paddedExperts({ model, weights, workload, hiddenSize }: Step): Extra {
  const { experts } = model.geometry ?? {};
  const isMxfp4 = model.architecture === 'GptOssForCausalLM';
  if (!isMxfp4 || experts === undefined || hiddenSize === undefined) {
    return { bytes: 0, text: '' };
  }
  const parameters = (weights.parts ?? []).reduce(
    (sum, part) => sum + (part.kind === 'expert' ? part.parameters : 0),
    0,
  );
  const padded = Math.ceil(hiddenSize / PADDED_COLUMNS) * PADDED_COLUMNS;
  const ranks = workload.tensorParallel * workload.pipelineParallel;
  const bytes = (parameters / ranks) * MXFP4_BYTES * (padded / hiddenSize - 1);
  return {
    bytes,
    text: `experts in MXFP4 padded from ${hiddenSize} to ${padded} columns: ${gib(bytes)}`,
  };
}

function fusedExperts({ model, facts, hiddenSize = 0, elementBytes, bytesPerWeight = elementBytes }: Step): Extra {
  const { experts } = model.geometry ?? {};
  if (!/^Llama4For/.test(model.architecture) || experts === undefined || facts.countsConsumedMemory) {
    return { bytes: 0, text: '' };
  }
  const { numExperts, intermediateSize } = experts;
  const bytes = numExperts * hiddenSize * 2 * intermediateSize * bytesPerWeight;
  return {
    bytes,
    text: `experts of a layer, whole while they are split: ${numExperts} x ${hiddenSize} x 2 x ${intermediateSize} x ${bytesPerWeight} bytes = ${gib(bytes)}`,
  };
}

/** The encoder's share is not known apart, so it is counted from its widths: blocks of attention and an MLP. */
function minusEncoder({ model, settings, workload, elementBytes }: Step): Extra {
  const { hiddenSize, intermediateSize, numLayers } = model.geometry?.vision ?? {};
  if (settings.languageModelOnly !== true || hiddenSize === undefined || intermediateSize === undefined || numLayers === undefined) {
    return { bytes: 0, text: '' };
  }
  const parameters = numLayers * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize);
  const bytes = -Math.floor((parameters * elementBytes) / workload.tensorParallel);
  return { bytes, text: `less ${gib(-bytes)} of the encoder (--language-model-only)` };
}
