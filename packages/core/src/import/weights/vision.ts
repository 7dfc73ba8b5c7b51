import { type Config, field, integer } from '../fields.js';
import { flag } from './fields.js';
import { gemma4Vision } from './gemma4.js';
import {
  blocks,
  gemma3,
  llama4,
  llava,
  miniMaxM3,
  mistral3,
  mllama,
  qwen25Vl,
  repeated,
  type VisionTensors,
} from './image-encoders.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/**
 * The vision tower of Qwen3-VL and Qwen3.5: patches of `temporal_patch_size x patch_size x patch_size` pixels, learned
 * positions, `depth` blocks, and mergers of `spatial_merge_size x spatial_merge_size` patches into one token, one at the
 * end and one for each of `deepstack_visual_indexes`.
 *
 * Source: huggingface/transformers, `models/qwen3_vl/modeling_qwen3_vl.py` (`Qwen3VLVisionModel`), 5.23.0.
 */
const qwen3Vl: VisionTensors = (vision) => {
  const hidden = integer(vision, 'hidden_size');
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
  return [
    ...linear('patch_embed.proj', hidden, patch, true),
    tensors('other', 'pos_embed', integer(vision, 'num_position_embeddings'), hidden),
    ...blocks(integer(vision, 'depth'), hidden, integer(vision, 'intermediate_size')),
    ...merger(hidden),
    ...(Array.isArray(deep) ? deep : []).flatMap(() => merger(merged)),
  ];
};

/**
 * The vision tower of Kimi K2.5 (MoonViT), and the projector that merges its patches.
 *
 * Source: huggingface/transformers, `models/kimi_k25/modeling_kimi_k25.py` (`Kimi_K25VisionModel`,
 * `Kimi_K25MultimodalProjection`), 5.23.0.
 */
const kimiK25: VisionTensors = (vision, text) => {
  const hidden = integer(vision, 'vt_hidden_size');
  const kernel = field(vision, 'merge_kernel_size');
  if (!isSize(kernel)) {
    return undefined;
  }
  const merged = hidden * kernel[0] * kernel[1];
  const positions = integer(vision, 'init_pos_emb_height') * integer(vision, 'init_pos_emb_width');
  return [
    ...linear('patch_embed.proj', hidden, 3 * integer(vision, 'patch_size') ** 2, true),
    tensors('other', 'pos_emb', positions, hidden),
    ...blocks(integer(vision, 'vt_num_hidden_layers'), hidden, integer(vision, 'vt_intermediate_size')),
    vector('final_layernorm', 2 * hidden),
    vector('mm_projector.pre_norm', 2 * hidden),
    ...linear('mm_projector.in_proj', merged, merged, true),
    ...linear('mm_projector.out_proj', integer(text, 'hidden_size'), merged, true),
  ];
};

/**
 * The vision tower of Kimi K3: MoonViT without biases, with norms of one weight, and queries of another size.
 *
 * Source: sgl-project/sglang, `srt/models/kimi_k3_vl.py` (`KimiK3VisionTower`, `KimiK3MultiModalProjector`), 0.5.23.
 */
const kimiK3: VisionTensors = (vision, text) => {
  const hidden = integer(vision, 'vt_hidden_size');
  const inner = integer(vision, 'qkv_hidden_size');
  const intermediate = integer(vision, 'vt_intermediate_size');
  const output = integer(text, 'hidden_size');
  const kernel = field(vision, 'merge_kernel_size');
  const isKnown =
    field(vision, 'norm_type') === 'rmsnorm' && field(vision, 'mm_projector_type') === 'patchmergerv2';
  if (!isSize(kernel) || !isKnown) {
    return undefined;
  }
  const merged = integer(vision, 'mm_hidden_size') * kernel[0] * kernel[1];
  const attentionBias = flag(vision, 'attn_bias', true);
  const linearBias = flag(vision, 'linear_bias', true);
  const positions = integer(vision, 'init_pos_emb_height') * integer(vision, 'init_pos_emb_width');
  return [
    ...linear(
      'patch_embed.proj',
      hidden,
      3 * integer(vision, 'patch_size') ** 2,
      flag(vision, 'patch_embed_proj_bias', true),
    ),
    tensors('other', 'pos_emb', positions, hidden),
    ...repeated(integer(vision, 'vt_num_hidden_layers'), [
      ...linear('wqkv', 3 * inner, hidden, attentionBias),
      ...linear('wo', hidden, inner, attentionBias),
      ...linear('mlp.fc0', intermediate, hidden, linearBias),
      ...linear('mlp.fc1', hidden, intermediate, linearBias),
      vector('norm', 2 * hidden),
    ]),
    vector('final_layernorm', hidden),
    ...linear('mm_projector.0', merged, merged),
    ...linear('mm_projector.2', output, merged),
    vector('mm_projector.post_norm', output),
  ];
};

/** By the `model_type` of the whole model. */
const VISION: Readonly<Record<string, VisionTensors>> = {
  gemma3,
  gemma4: gemma4Vision,
  kimi_k25: kimiK25,
  kimi_k3: kimiK3,
  llama4,
  llava,
  minimax_m3_vl: miniMaxM3,
  mistral3,
  mllama,
  qwen2_5_vl: qwen25Vl,
  qwen3_5: qwen3Vl,
  qwen3_5_moe: qwen3Vl,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3Vl,
};

/**
 * The tensors of a multimodal model's other parts, which no quantizer touches and no token of text reads; undefined for
 * a type whose parts are not known.
 */
export function visionTensorsOf(whole: Config, vision: Config, text: Config): readonly Tensors[] | undefined {
  const type = field(whole, 'model_type');
  return typeof type === 'string' && Object.hasOwn(VISION, type)
    ? VISION[type]?.(vision, text, whole)?.map((tensor) => ({
        ...tensor,
        module: `vision.${tensor.module}`,
        kind: 'other',
        activeCopies: 0,
      }))
    : undefined;
}

/** Height and width. */
function isSize(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);
}
