import type { Workload } from '../../../deployment/workload.js';
import type { Device } from '../../../gpus/gpu.js';
import { memoriesOf } from '../../../model/layer.js';
import type { Model, Weights } from '../../../model/model.js';
import { batchedTokensOn, sequencesOn } from '../device-defaults.js';
import type { VllmFacts } from '../facts.js';
import { factsOf } from '../releases.js';
import type { VllmMemorySettings } from './settings.js';

/** What `vllmBudget` is asked about. */
export interface VllmBudgetRequest {
  readonly model: Model;
  readonly weights: Weights;
  /** Its `contextLength` is `--max-model-len`; `numSequences` does not matter. */
  readonly workload: Workload;
  readonly settings: VllmMemorySettings;
  readonly device: Device;
}

/** The sizes of the largest step, which vLLM tries when it starts. Widths that the model does not state are absent. */
export interface Step extends VllmBudgetRequest {
  readonly facts: VllmFacts;
  readonly usesSecondRunner: boolean;
  /** `--max-num-batched-tokens`: T. */
  readonly tokens: number;
  /** `--max-num-seqs`: S. */
  readonly sequences: number;
  readonly hiddenSize?: number;
  /** Rows of logits are as long as the vocabulary, rounded up to 64: V. */
  readonly logits?: number;
  /** Bytes of an activation: vLLM computes fp32 checkpoints in bf16 unless it is told otherwise. */
  readonly elementBytes: 2 | 4;
  /** Bytes that a matrix of a layer takes for each of its weights, as far as is known. */
  readonly bytesPerWeight?: number;
}

/** A sum of bytes with the arithmetic that led to it. */
export interface Term {
  readonly bytes: number;
  readonly text: string;
}

/** Rows of the embedding are padded to a multiple of this (`DEFAULT_VOCAB_PADDING_SIZE`). */
const VOCABULARY_PADDING = 64;

/** The step that a start-up of vLLM tries, with the defaults of the device and the release. */
export function stepOf(request: VllmBudgetRequest): Step {
  const { model, settings, device, weights } = request;
  const { vocabSize } = model;
  const tokens = settings.maxNumBatchedTokens ?? batchedTokensOn(device.name, device.total.bytes, settings);
  const sequences = settings.maxNumSeqs ?? sequencesOn(device.name, device.total.bytes, settings);
  const bytesPerWeight = bytesPerMatrixWeight(weights);
  return {
    ...request,
    facts: factsOf(settings),
    usesSecondRunner: usesSecondRunner(request, bytesPerWeight),
    tokens,
    sequences: Math.min(sequences, tokens),
    ...(model.hiddenSize !== undefined && { hiddenSize: model.hiddenSize }),
    ...(vocabSize !== undefined && {
      logits: Math.ceil(vocabSize / VOCABULARY_PADDING) * VOCABULARY_PADDING,
    }),
    elementBytes: settings.dtype === 'float32' || settings.dtype === 'float' ? 4 : 2,
    ...(bytesPerWeight !== undefined && { bytesPerWeight }),
  };
}

/** Of attention and feed-forward matrices and experts; of all weights where it is not known which are those. */
function bytesPerMatrixWeight({ parts, bytes, parameters }: Weights): number | undefined {
  const matrices = parts?.filter(({ kind }) => kind === 'projection' || kind === 'expert') ?? [];
  const sum = (of: (part: (typeof matrices)[number]) => number) =>
    matrices.reduce((total, part) => total + of(part), 0);
  const count = sum((part) => part.parameters);
  if (count > 0) {
    return sum((part) => part.bytes) / count;
  }
  return parameters === undefined || parameters === 0 ? undefined : bytes / parameters;
}

/** Layers of one tensor-parallel rank of the largest pipeline stage. */
export function layersOfStage({ model, workload }: VllmBudgetRequest): number {
  return Math.ceil(model.numHiddenLayers / workload.pipelineParallel);
}

/** Whether experts are stored in MXFP4, as gpt-oss is published. */
export function hasMxfp4Experts({ architecture }: Model): boolean {
  return architecture === 'GptOssForCausalLM';
}

/** Whether layers keep a state, and so scan the tokens of a step. */
export function hasRecurrentLayers(model: Model): boolean {
  return model.layers.some((layer) => memoriesOf(layer).some(({ kind }) => kind === 'recurrent'));
}

/**
 * Whether the second model runner (V2) runs the model, where no feature that it lacks is asked for.
 *
 * Source: vllm-project/vllm v0.22.0 to v0.33.0, `vllm/config/vllm.py` (`use_v2_model_runner`,
 * `_is_default_v2_model_runner_model`).
 */
function usesSecondRunner({ model, settings }: VllmBudgetRequest, bytesPerWeight = 2): boolean {
  const { secondRunner, secondRunnerArchitectures } = factsOf(settings);
  const isListed = secondRunnerArchitectures.includes(model.architecture);
  const hasExperts = model.numExperts !== undefined;
  switch (secondRunner) {
    case 'none':
      return false;
    case 'listed, dense and not quantized':
      return isListed && !hasExperts && bytesPerWeight >= 2;
    case 'listed':
      return isListed;
    case 'listed and dense':
      return isListed || !(hasExperts || hasRecurrentLayers(model));
    case 'all':
      return true;
  }
}
