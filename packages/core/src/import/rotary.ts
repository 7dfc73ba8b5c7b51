import { type Config, field, isConfig, sizeOf } from './fields.js';

/** Of Gemma 3 with a vision tower, as Google publishes it; the class scales nothing by default. */
const GEMMA_3_FACTOR = 8;

/**
 * Numbers in the tables of rotary positions that engines keep: one for each position up to the longest context and each
 * rotated element of a head. Linear and dynamic scaling make the table longer by their factor; layers with a base of
 * their own (the sliding ones of Gemma 3) have another table, which is not scaled.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/model_executor/layers/rotary_embedding/` (`_compute_cos_sin_cache` of
 * `base.py`, `linear_scaling_rope.py`, `dynamic_ntk_scaling_rope.py`).
 *
 * @param published the whole file.
 * @param config the text model's, completed as families read it.
 * @param keyHeadDim of the layers, where they have one.
 */
export function rotaryElementsOf(
  published: Config,
  config: Config,
  keyHeadDim: number | undefined,
): number | undefined {
  const positions = sizeOf(config, 'max_position_embeddings');
  const width = sizeOf(config, 'qk_rope_head_dim') ?? rotatedOf(config, keyHeadDim);
  if (positions === undefined || width === undefined) {
    return undefined;
  }
  const isGemma3 = field(config, 'model_type') === 'gemma3_text';
  const hasVision = field(published, 'vision_config') !== undefined;
  const factor = scalingOf(config) ?? (isGemma3 && hasVision ? GEMMA_3_FACTOR : 1);
  const ownBase = isGemma3 || field(config, 'rope_local_base_freq') !== undefined ? 1 : 0;
  return Math.ceil(positions * (factor + ownBase)) * width;
}

/** What classes rotate of a head where the config does not say: huggingface/transformers 5.24.0, `partial_rotary_factor`. */
const ROTATED: readonly (readonly [RegExp, number])[] = [
  [/^qwen3_(next|5)/, 0.25],
  [/^(glm|glm4|glm4_moe|nemotron|phi|persimmon)$/, 0.5],
  [/^stablelm$/, 0.25],
];

/** Elements of a head that are rotated; undefined where the head's size is not known. */
export function rotatedOf(config: Config, keyHeadDim: number | undefined): number | undefined {
  const parameters = field(config, 'rope_parameters');
  const stated =
    field(config, 'partial_rotary_factor') ??
    (isConfig(parameters) ? field(parameters, 'partial_rotary_factor') : undefined);
  const type = field(config, 'model_type');
  const ofClass = ROTATED.find(([pattern]) => typeof type === 'string' && pattern.test(type))?.[1] ?? 1;
  return keyHeadDim === undefined
    ? undefined
    : Math.ceil(keyHeadDim * (typeof stated === 'number' && stated > 0 && stated <= 1 ? stated : ofClass));
}

/** The factor that makes a table longer; undefined where the config does not say how it is scaled. */
function scalingOf(config: Config): number | undefined {
  const scaling = field(config, 'rope_scaling') ?? field(config, 'rope_parameters');
  if (!isConfig(scaling)) {
    return undefined;
  }
  const [type, factor] = [field(scaling, 'rope_type') ?? field(scaling, 'type'), field(scaling, 'factor')];
  if (type === undefined) {
    return undefined;
  }
  return (type === 'linear' || type === 'dynamic') && typeof factor === 'number' && factor > 0 ? factor : 1;
}
