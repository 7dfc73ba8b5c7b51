import { checkLayerCount } from '../../model.js';
import { type Config, field, integer } from '../fields.js';
import { gemma4Vision } from './gemma4.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** The tensors of what a multimodal model has beside its text model; undefined where they are not known. */
type VisionTensors = (vision: Config, text: Config) => readonly Tensors[] | undefined;

/**
 * The vision tower of Qwen3-VL and Qwen3.5: patches of `temporal_patch_size x patch_size x patch_size` pixels, learned
 * positions, `depth` blocks, and mergers of `spatial_merge_size x spatial_merge_size` patches into one token, one at the
 * end and one for each of `deepstack_visual_indexes`.
 *
 * Source: huggingface/transformers, `models/qwen3_vl/modeling_qwen3_vl.py` (`Qwen3VLVisionModel`), 5.23.0.
 */
const qwen3Vl: VisionTensors = (vision) => {
  const hidden = integer(vision, 'hidden_size');
  const intermediate = integer(vision, 'intermediate_size');
  const patch =
    integer(vision, 'in_channels') *
    integer(vision, 'temporal_patch_size') *
    integer(vision, 'patch_size') ** 2;
  const merged = hidden * integer(vision, 'spatial_merge_size') ** 2;
  const output = integer(vision, 'out_hidden_size');
  const deep = field(vision, 'deepstack_visual_indexes');
  const merger = (norm: number) => [
    vector('merger.norm', 2 * norm),
    ...linear('merger.linear_fc1', merged, merged, true),
    ...linear('merger.linear_fc2', output, merged, true),
  ];
  const block = [
    vector('norm', 4 * hidden),
    ...linear('attn.qkv', 3 * hidden, hidden, true),
    ...linear('attn.proj', hidden, hidden, true),
    ...linear('mlp.linear_fc1', intermediate, hidden, true),
    ...linear('mlp.linear_fc2', hidden, intermediate, true),
  ];
  return [
    ...linear('patch_embed.proj', hidden, patch, true),
    tensors('other', 'pos_embed', integer(vision, 'num_position_embeddings'), hidden),
    ...Array.from({ length: checkLayerCount(integer(vision, 'depth')) }, () => block).flat(),
    ...merger(hidden),
    ...(Array.isArray(deep) ? deep : []).flatMap(() => merger(merged)),
  ];
};

/** By the `model_type` of the whole model. */
const VISION: Readonly<Record<string, VisionTensors>> = {
  gemma4: gemma4Vision,
  qwen3_5: qwen3Vl,
  qwen3_5_moe: qwen3Vl,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3Vl,
};

/**
 * The tensors of a multimodal model's other parts, which no quantizer touches and no token of text reads; undefined for
 * a type whose parts are not known.
 */
export function visionTensorsOf(type: unknown, vision: Config, text: Config): readonly Tensors[] | undefined {
  return typeof type === 'string' && Object.hasOwn(VISION, type)
    ? VISION[type]?.(vision, text)?.map((tensor) => ({ ...tensor, kind: 'other', activeCopies: 0 }))
    : undefined;
}
