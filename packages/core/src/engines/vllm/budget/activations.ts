import type { BudgetPart } from '../../../deployment/budget.js';
import { keyHeadDimOf, memoriesOf } from '../../../model/layer.js';
import type { Model } from '../../../model/model.js';
import { attentionScratchOf, indexerWorkspaceOf } from './attention.js';
import { encoderMemoryOf } from './encoder.js';
import { expertWorkspaceOf } from './experts.js';
import { GIB, gib, MIB, partOf, type Spread } from './part.js';
import { hasMxfp4Experts, hasRecurrentLayers, type Step, type Term } from './step.js';

/**
 * The most that torch has allocated at a time while vLLM tries the largest step, beyond what stays: T tokens of S
 * sequences through the layers, then the sampler with S rows of V logits.
 *
 * - Experts (`expertWorkspaceOf`): since 0.13 a workspace that stays while the sampler runs, but not for MXFP4 on
 *   Triton kernels.
 * - Sampler, on the last pipeline stage: logits, in fp32, their probabilities and the noise, 12 bytes beside the
 *   dtype's; 36 where top-p sorts them (before 0.17); a row for each multiprocessor where Triton cuts them (0.17 to
 *   0.20); 4 in the second runner, which tries no option until 0.33 (none in 0.26). The hidden states of the step are
 *   held as well.
 * - Layers: three rows of the hidden size for a token, and three of the MLP's width, what attention or recurrent layers
 *   compute with where that is wider, or what latent attention stands for the longest prompt (`attentionScratchOf`); a
 *   quantized copy where weights are of 8 bits. Compiling holds a buffer of the size of the second-level cache
 *   meanwhile.
 * - cuBLAS takes 32 MiB from compute capability 9.0 on, else 8.
 *
 * Source: vllm-project/vllm v0.16.0, v0.19.0, v0.25.0 and v0.33.0, `vllm/v1/worker/gpu_model_runner.py` and
 * `vllm/v1/worker/gpu/model_runner.py` (`profile_run`, `_dummy_sampler_run`),
 * `vllm/v1/sample/ops/topk_topp_sampler.py`, `vllm/model_executor/layers/fused_moe/`, `vllm/v1/worker/workspace.py`;
 * pytorch/pytorch v2.10.0, `aten/src/ATen/cuda/CUDABlas.cpp`, `torch/_inductor/runtime/benchmarking.py`.
 */
export function activationsOf(step: Step): BudgetPart {
  const { facts, settings } = step;
  const experts = expertWorkspaceOf(step);
  const sampler = samplerOf(step);
  const encoder = encoderMemoryOf(step);
  const keepsWorkspace = facts.keepsExpertWorkspace && !hasMxfp4Experts(step.model);
  const layers = layersOf(step, keepsWorkspace ? 0 : experts.bytes);
  const indexer = indexerWorkspaceOf(step);
  const kept = Math.max(keepsWorkspace ? experts.bytes : 0, indexer.bytes);
  const adapters = adaptersOf(step);
  const languageModel = encoder.held + kept + Math.max(sampler.bytes, layers.bytes);
  const bytes = Math.max(languageModel, encoder.peak) + adapters.bytes;
  const { below, above, reasons } = spreadOf(step, {
    bytes,
    // The sampler decides most published peaks; what compilers and kernels allocate inside layers is less sure.
    ofLayers: layers.bytes >= sampler.bytes ? layers.bytes : 0,
    ofEncoder: Math.max(0, encoder.peak - languageModel),
  });
  return partOf(
    'activation peak',
    bytes,
    {
      below: below + experts.ofKernels + adapters.bytes / 2,
      above: above + encoder.unknown + experts.ofDeepGemm + experts.ofKernels + adapters.bytes / 2,
    },
    step.logits === undefined || step.hiddenSize === undefined ? 'assumed' : 'formula',
    [
      `the largest step: T = ${step.tokens} tokens (--max-num-batched-tokens), S = ${step.sequences} sequences (--max-num-seqs)`,
      ...encoder.explanation,
      ...(experts.bytes > 0 ? [experts.text] : []),
      ...(indexer.bytes > 0 ? [indexer.text] : []),
      `the larger of ${sampler.text} and ${layers.text}`,
      ...(adapters.bytes > 0 ? [adapters.text] : []),
      ...(experts.ofDeepGemm > 0
        ? [`Where DeepGEMM is installed its alignment takes ${gib(experts.ofDeepGemm)} more: the high end.`]
        : []),
      ...(experts.ofKernels > 0
        ? [`Kernels of quantized experts take up to ${gib(experts.ofKernels)} more or less.`]
        : []),
      ...reasons,
    ],
    `vllm-project/vllm ${settings.version ?? 'v0.33.0'}, profile_run of vllm/v1/worker`,
  );
}

interface Shares {
  readonly bytes: number;
  readonly ofLayers: number;
  readonly ofEncoder: number;
}

/** How far the peak may be off, and why it is more than the rule's own error where it is. */
function spreadOf(
  step: Step,
  { bytes, ofLayers, ofEncoder }: Shares,
): Spread & { reasons: readonly string[] } {
  const { facts, settings, tokens, sequences, hiddenSize = 0, logits = 0, elementBytes, model } = step;
  const own = 0.03 * bytes + 0.05 * GIB + 0.15 * ofLayers;
  const isUnknown = step.logits === undefined || step.hiddenSize === undefined;
  const maySort = facts.sampler === 'flashinfer or sort';
  const drafts = (settings.numSpeculativeTokens ?? 0) > 0;
  const scans = hasRecurrentLayers(model);
  return {
    below:
      own +
      0.7 * ofEncoder +
      (isUnknown ? bytes / 2 : 0) +
      (maySort ? SORT_BESIDE_FLASHINFER * sequences * logits : 0),
    above:
      own +
      1.2 * ofEncoder +
      (isUnknown ? 2 * GIB : 0) +
      (drafts ? 0.3 * GIB + DRAFT_ROWS * tokens * hiddenSize * elementBytes : 0) +
      (scans ? 0.3 * GIB : 0),
    reasons: [
      ...(isUnknown ? ['The vocabulary or the hidden size is not known, so the range is wide.'] : []),
      ...(ofEncoder > 0
        ? ['The encoder decides, of which the kernels are not known: the range is wide.']
        : []),
      ...(maySort
        ? ['Where FlashInfer is installed it samples, with a third of the memory: the low end.']
        : []),
      ...(drafts ? ['What a draft model computes beside is not known.'] : []),
      ...(scans ? ['What recurrent layers compute with beside is not known.'] : []),
    ],
  };
}

/** Bytes of a logit that sorting takes and FlashInfer does not, and a tenth more for what else it does without. */
const SORT_BESIDE_FLASHINFER = 1.1 * 24;

/** Rows of the hidden size for each token that drafts were seen to take. */
const DRAFT_ROWS = 20;

function samplerOf(step: Step): Term {
  const { workload, tokens, sequences, hiddenSize = 0, logits = 0, elementBytes, device } = step;
  const hidden = tokens * hiddenSize * elementBytes;
  const blas = blasBytes(step);
  if (logits === 0) {
    return { bytes: 2 * hidden + blas, text: 'the hidden states, without logits' };
  }
  const bytesPerLogit = elementBytes + bytesBesideLogit(step);
  const rows = cutsByTriton(step) ? (device.numMultiprocessors ?? 100) * logits * 4 : 0;
  const bytes =
    bytesPerLogit * sequences * logits + rows + hidden + 2 * sequences * hiddenSize * elementBytes + blas;
  const last = workload.pipelineParallel > 1 ? ' (last pipeline stage)' : '';
  return {
    bytes,
    text: `sampler${last}: ${bytesPerLogit} x S x ${logits} logits${rows > 0 ? ` + ${gib(rows)} of Triton` : ''} + hidden states and cuBLAS ${gib(bytes - rows - bytesPerLogit * sequences * logits)} = ${gib(bytes)}`,
  };
}

/** FlashInfer is for NVIDIA's devices alone. */
function cutsByTriton({ facts, usesSecondRunner, device }: Step): boolean {
  const lacksFlashInfer = facts.sampler === 'flashinfer' && device.computeCapability === undefined;
  return !usesSecondRunner && (facts.sampler === 'triton' || lacksFlashInfer);
}

function bytesBesideLogit({ facts, usesSecondRunner }: Step): number {
  if (usesSecondRunner) {
    return BESIDE_LOGIT[facts.secondRunnerSamples];
  }
  return facts.sampler === 'sort' || facts.sampler === 'flashinfer or sort' ? 36 : 12;
}

const BESIDE_LOGIT = { 'in place': 0, 'with a copy': 4, 'with every option': 12 } as const;

function layersOf(step: Step, expertBytes: number): Term {
  const { model, workload, settings, tokens, hiddenSize = 0, elementBytes, bytesPerWeight = 2 } = step;
  const inner = Math.ceil(
    (model.geometry?.intermediateSize ?? model.intermediateSize ?? 4 * hiddenSize) / workload.tensorParallel,
  );
  const heads = (model.numAttentionHeads ?? 0) / workload.tensorParallel;
  const attention = 2 * heads * (keyHeadDimOf(model.layers) ?? 0);
  const recurrent = Math.ceil((3 * channelsOf(model)) / workload.tensorParallel);
  const width = Math.max(3 * inner, attention, recurrent);
  const copies = bytesPerWeight <= 1.25 ? tokens * (inner + hiddenSize) * Math.min(1, bytesPerWeight) : 0;
  const compiler = settings.enforceEager === true ? 0 : 50 * MIB;
  const scratch = attentionScratchOf(step);
  const ofWidth = tokens * width * elementBytes + copies + expertBytes;
  const decides = scratch.bytes > ofWidth;
  const rest = 3 * tokens * hiddenSize * elementBytes + compiler + blasBytes(step);
  const bytes = Math.max(ofWidth, scratch.bytes) + rest;
  return {
    bytes,
    text: `layers: ${decides ? scratch.text : `T x ${width} x ${elementBytes} bytes`}${copies > 0 && !decides ? ` + quantized copies ${gib(copies)}` : ''}${expertBytes > 0 && !decides ? ' + experts' : ''} + T x 3 x ${hiddenSize} x ${elementBytes} bytes + cuBLAS and compiler ${gib(compiler + blasBytes(step))} = ${gib(bytes)}`,
  };
}

/** Of the convolution of recurrent layers, whose projections and their copies are three times as wide. */
function channelsOf({ layers }: Model): number {
  return layers
    .flatMap(memoriesOf)
    .reduce(
      (most, memory) => Math.max(most, memory.kind === 'recurrent' ? (memory.convolution?.channels ?? 0) : 0),
      0,
    );
}

function blasBytes({ device }: Step): number {
  return Number(device.computeCapability ?? '9.0') >= 9 ? 32 * MIB : 8 * MIB;
}

/** What the adapters make of a token in between, in fp32, of as many as three matrices that are computed as one. */
function adaptersOf({ settings, tokens }: Step): Term {
  if (settings.enableLora !== true) {
    return { bytes: 0, text: '' };
  }
  const { maxLoraRank = 16 } = settings;
  const bytes = 3 * tokens * maxLoraRank * 4;
  return { bytes, text: `LoRA: 3 x T x rank ${maxLoraRank} x 4 bytes = ${gib(bytes)}` };
}
