import { GIB, gib } from './part.js';
import type { Step } from './step.js';

/** What the encoder of a multimodal model takes in the step that is tried, in bytes. */
export interface EncoderMemory {
  /** Images and their tokens, held until the step ends. */
  readonly held: number;
  /** The most while the encoder runs. */
  readonly peak: number;
  /** How far both may be off, because the encoder's largest input is not known. */
  readonly unknown: number;
  readonly explanation: readonly string[];
}

const NONE: EncoderMemory = { held: 0, peak: 0, unknown: 0, explanation: [] };

/** What an encoder of unknown input may take, seen between nothing and this. */
const UNKNOWN_ENCODER = 1.5 * GIB;

/**
 * The largest images that a step has room for are encoded before the language model runs, and kept until it has:
 * `max(T, tokens of one) // tokens of one` of them. Pixels are held in the model's dtype.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/v1/worker/gpu_model_runner.py` (`profile_run`, `_get_mm_dummy_batch`),
 * `vllm/multimodal/encoder_budget.py` (`MultiModalBudget`).
 */
export function encoderMemoryOf(step: Step): EncoderMemory {
  const { model, settings, tokens, sequences, hiddenSize, elementBytes, workload } = step;
  const vision = model.geometry?.vision;
  const { image: imagesPerPrompt = Infinity, video: videosPerPrompt = Infinity } =
    settings.limitMmPerPrompt ?? {};
  const isUnused = imagesPerPrompt === 0 && (videosPerPrompt === 0 || vision?.takesVideo !== true);
  if (vision === undefined || settings.languageModelOnly === true || isUnused) {
    return NONE;
  }
  const perPrompt = imagesPerPrompt === 0 ? videosPerPrompt : imagesPerPrompt;
  const image = vision.largestImage;
  const { hiddenSize: width, intermediateSize: inner } = vision;
  if (image === undefined || hiddenSize === undefined || width === undefined || inner === undefined) {
    return {
      ...NONE,
      unknown: UNKNOWN_ENCODER,
      explanation: ['The largest image of its encoder is not known, so what that takes is not either.'],
    };
  }
  const budget = Math.max(tokens, image.tokens);
  const images = Math.min(Math.floor(budget / image.tokens), sequences * perPrompt);
  const pixels = images * image.patches * image.patchSize * elementBytes;
  const outputs = images * image.tokens * image.embeddingsPerToken * hiddenSize * elementBytes;
  const row = (2 * inner + 3 * width) / workload.tensorParallel + width;
  const running = images * image.patches * row * elementBytes;
  return {
    held: pixels + outputs,
    peak: pixels + running,
    unknown: 0,
    explanation: [
      `encoder: ${images} images of ${image.tokens} tokens: pixels ${images} x ${image.patches} patches x ${image.patchSize} x ${elementBytes} bytes + tokens ${images} x ${image.tokens} x ${image.embeddingsPerToken} x ${hiddenSize} x ${elementBytes} = ${gib(pixels + outputs)}, held to the end of the step`,
      `encoder while it runs: pixels + ${images} x ${image.patches} patches x ${row} x ${elementBytes} bytes = ${gib(pixels + running)}`,
    ],
  };
}
