import type { BudgetPart } from '../../../deployment/budget.js';
import { GIB, gib, partOf } from './part.js';
import type { Step } from './step.js';

/**
 * Tables that stay beside the weights.
 *
 * - The second runner's, on the last pipeline stage, which count since 0.27 (before, they were made after loading was
 *   measured and before the step is tried), for each of S sequences: counts of tokens for penalties `4V` and `4 ceil(V
 *   / 32)`, a mask of allowed tokens `4 ceil(V / 32)`, biases `4 (3 x 1024 + 128)`, words that are not to come `4 (1024
 *   + 129)`, logprobs `4 x 128`.
 * - LoRA: both factors of each matrix of a layer for `--max-loras` adapters of `--max-lora-rank`, in the model's dtype.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/worker/gpu/sample/penalties.py`, `logit_bias.py`, `bad_words.py`,
 * `vllm/v1/worker/gpu/structured_outputs.py`, `vllm/lora/layers/` (`create_lora_weights`).
 */
export function persistentOf(step: Step): BudgetPart | undefined {
  const parts = [tables(step), adapters(step)].filter(({ bytes }) => bytes > 0);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return bytes === 0
    ? undefined
    : partOf(
        'tables and adapters',
        bytes,
        { below: 0.2 * bytes, above: 0.2 * bytes + 0.02 * GIB },
        'formula',
        parts.map(({ text }) => text),
        `vllm-project/vllm ${step.settings.version ?? 'v0.33.0'}, vllm/v1/worker/gpu/sample, vllm/lora`,
      );
}

function tables({ facts, usesSecondRunner, sequences, logits = 0 }: Step): { bytes: number; text: string } {
  if (!usesSecondRunner || !facts.countsConsumedMemory) {
    return { bytes: 0, text: '' };
  }
  const words = Math.ceil(logits / 32);
  const ofSequence = 4 * (logits + 2 * words + 3 * 1024 + 128 + 1024 + 129 + 128);
  const bytes = sequences * ofSequence;
  return {
    bytes,
    text: `tables of the second model runner: ${sequences} sequences x ${ofSequence} bytes = ${gib(bytes)}`,
  };
}

/** Query, key, value, output, gate, up and down. */
function adapters(step: Step): { bytes: number; text: string } {
  const { settings, model, workload, hiddenSize = 0, elementBytes } = step;
  if (settings.enableLora !== true) {
    return { bytes: 0, text: '' };
  }
  const { maxLoras = 1, maxLoraRank = 16 } = settings;
  const inner = model.geometry?.intermediateSize ?? model.intermediateSize ?? 4 * hiddenSize;
  const layers = Math.ceil(model.numHiddenLayers / workload.pipelineParallel);
  const columns = 7 * hiddenSize + (4 * hiddenSize + 3 * inner) / workload.tensorParallel;
  const bytes = Math.ceil(maxLoras * maxLoraRank * layers * columns * elementBytes);
  return {
    bytes,
    text: `${maxLoras} LoRA adapters of rank ${maxLoraRank}: ${layers} layers x ${columns} rows and columns x ${elementBytes} bytes = ${gib(bytes)}`,
  };
}
