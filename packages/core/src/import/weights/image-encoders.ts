import { checkLayerCount } from '../../model/model.js';
import { type Config, field, integer, optionalInteger } from '../fields.js';
import { denseTensors } from './feed-forward.js';
import { flag } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** The tensors of what a multimodal model has beside its text model; undefined where they are not known. */
export type VisionTensors = (vision: Config, text: Config, whole: Config) => readonly Tensors[] | undefined;

/** Blocks of attention and a feed-forward layer without a gate, with biases and two norms each. */
export function blocks(count: number, hidden: number, intermediate: number): readonly Tensors[] {
  return repeated(count, [
    vector('norm', 4 * hidden),
    ...linear('attn.qkv', 3 * hidden, hidden, true),
    ...linear('attn.proj', hidden, hidden, true),
    ...linear('mlp.fc1', intermediate, hidden, true),
    ...linear('mlp.fc2', hidden, intermediate, true),
  ]);
}

/** The same tensors in each of some layers. */
export function repeated(count: number, layer: readonly Tensors[]): readonly Tensors[] {
  return Array.from({ length: checkLayerCount(count) }, () => layer).flat();
}

/** Pixels of a patch in all colours. */
function patchSize(vision: Config): number {
  return (optionalInteger(vision, 'num_channels') ?? 3) * integer(vision, 'patch_size') ** 2;
}

function patches(vision: Config): number {
  return Math.floor(integer(vision, 'image_size') / integer(vision, 'patch_size')) ** 2;
}

function standardBlocks(vision: Config): readonly Tensors[] {
  return blocks(
    integer(vision, 'num_hidden_layers'),
    integer(vision, 'hidden_size'),
    integer(vision, 'intermediate_size'),
  );
}

/**
 * CLIP and the two-layer projector of LLaVA.
 *
 * Source: huggingface/transformers, `models/clip/modeling_clip.py` (`CLIPVisionModel`), `models/llava/modeling_llava.py`
 * (`LlavaMultiModalProjector`), 5.23.0.
 */
export const llava: VisionTensors = (vision, text, whole) => {
  const hidden = integer(vision, 'hidden_size');
  const features = field(whole, 'vision_feature_layer');
  const layers = Array.isArray(features) ? features.length : 1;
  const output = integer(text, 'hidden_size');
  const bias = flag(whole, 'multimodal_projector_bias', true);
  return [
    vector('class_embedding', hidden),
    ...linear('patch_embedding', hidden, patchSize(vision)),
    tensors('other', 'position_embedding', patches(vision) + 1, hidden),
    vector('norm', 4 * hidden),
    ...standardBlocks(vision),
    ...linear('linear_1', output, hidden * layers, bias),
    ...linear('linear_2', output, output, bias),
  ];
};

/**
 * SigLIP without its head, and the projection of Gemma 3.
 *
 * Source: huggingface/transformers, `models/siglip/modeling_siglip.py` (`SiglipVisionModel`),
 * `models/gemma3/modeling_gemma3.py` (`Gemma3MultiModalProjector`), 5.23.0.
 */
export const gemma3: VisionTensors = (vision, text) => {
  if (field(vision, 'vision_use_head') !== false) {
    return undefined;
  }
  const hidden = integer(vision, 'hidden_size');
  return [
    ...linear('patch_embedding', hidden, patchSize(vision), true),
    tensors('other', 'position_embedding', patches(vision), hidden),
    ...standardBlocks(vision),
    vector('post_layernorm', 2 * hidden),
    tensors('other', 'mm_input_projection_weight', hidden, integer(text, 'hidden_size')),
    vector('mm_soft_emb_norm', hidden),
  ];
};

/**
 * The vision tower of Llama 4, whose adapter shuffles pixels into channels.
 *
 * Source: huggingface/transformers, `models/llama4/modeling_llama4.py` (`Llama4VisionModel`,
 * `Llama4MultiModalProjector`), 5.23.0.
 */
export const llama4: VisionTensors = (vision, text) => {
  const hidden = integer(vision, 'hidden_size');
  const inner = integer(vision, 'projector_input_dim');
  const output = integer(vision, 'projector_output_dim');
  return [
    vector('class_embedding', hidden),
    ...linear('patch_embedding', hidden, patchSize(vision)),
    tensors('other', 'positional_embedding', patches(vision) + 1, hidden),
    vector('norm', 4 * hidden),
    ...standardBlocks(vision),
    ...linear('vision_adapter.fc1', inner, integer(vision, 'intermediate_size')),
    ...linear('vision_adapter.fc2', output, inner),
    ...linear('multi_modal_projector', integer(text, 'hidden_size'), integer(vision, 'vision_output_dim')),
  ];
};

/**
 * Pixtral's vision tower and the projector of Mistral 3, which merges patches.
 *
 * Source: huggingface/transformers, `models/pixtral/modeling_pixtral.py` (`PixtralVisionModel`),
 * `models/mistral3/modeling_mistral3.py` (`Mistral3MultiModalProjector`), 5.23.0.
 */
export const mistral3: VisionTensors = (vision, text, whole) => {
  const hidden = integer(vision, 'hidden_size');
  const output = integer(text, 'hidden_size');
  const merge = optionalInteger(whole, 'spatial_merge_size') ?? 2;
  const bias = flag(whole, 'multimodal_projector_bias');
  return [
    ...linear('patch_conv', hidden, patchSize(vision)),
    vector('ln_pre', hidden),
    ...repeated(integer(vision, 'num_hidden_layers'), [
      ...linear('attention.qkvo_proj', 4 * hidden, hidden),
      ...denseTensors(vision, integer(vision, 'intermediate_size')),
      vector('norm', 2 * hidden),
    ]),
    vector('multi_modal_projector.norm', hidden),
    ...linear('multi_modal_projector.merging_layer', hidden, hidden * merge ** 2),
    ...linear('multi_modal_projector.linear_1', output, hidden, bias),
    ...linear('multi_modal_projector.linear_2', output, output, bias),
  ];
};

/**
 * The vision tower of Llama 3.2 Vision: tiles of an image, with embeddings for each of the aspect ratios that tiles can
 * be arranged in, and a second encoder with gates over all of them.
 *
 * Source: huggingface/transformers, `models/mllama/modeling_mllama.py` (`MllamaVisionModel`), 5.23.0.
 */
export const mllama: VisionTensors = (vision, text) => {
  const hidden = integer(vision, 'hidden_size');
  const intermediate = integer(vision, 'intermediate_size');
  const ratios = field(vision, 'supported_aspect_ratios');
  if (!Array.isArray(ratios)) {
    return undefined;
  }
  const arrangements = ratios.length + 1;
  const tiles = integer(vision, 'max_num_tiles') * hidden;
  const positions = patches(vision) + 1;
  const block = [
    ...linear('self_attn.qkvo_proj', 4 * hidden, hidden),
    ...linear('mlp.fc1', intermediate, hidden, true),
    ...linear('mlp.fc2', hidden, intermediate, true),
    vector('norm', 4 * hidden),
  ];
  return [
    vector('class_embedding', hidden),
    ...linear('patch_embedding', hidden, patchSize(vision)),
    tensors('other', 'position_embedding', positions, hidden),
    tensors('other', 'tile_embedding', arrangements, tiles * positions),
    tensors('other', 'tile_positional_embeddings', 2 * arrangements, tiles),
    vector('embedding_gates', 3),
    vector('norm', 4 * hidden),
    ...repeated(integer(vision, 'num_hidden_layers'), block),
    ...repeated(integer(vision, 'num_global_layers'), [...block, vector('gates', 2)]),
    ...linear(
      'multi_modal_projector',
      integer(text, 'hidden_size'),
      integer(vision, 'vision_output_dim'),
      true,
    ),
  ];
};

/**
 * The vision tower of Qwen2.5-VL.
 *
 * Source: huggingface/transformers, `models/qwen2_5_vl/modeling_qwen2_5_vl.py`
 * (`Qwen2_5_VisionTransformerPretrainedModel`), 5.23.0.
 */
export const qwen25Vl: VisionTensors = (vision) => {
  const hidden = integer(vision, 'hidden_size');
  const merged = hidden * integer(vision, 'spatial_merge_size') ** 2;
  const channels = optionalInteger(vision, 'in_channels') ?? optionalInteger(vision, 'in_chans') ?? 3;
  return [
    ...linear(
      'patch_embed',
      hidden,
      channels * integer(vision, 'temporal_patch_size') * integer(vision, 'patch_size') ** 2,
    ),
    ...repeated(integer(vision, 'depth'), [
      ...linear('attn.qkv', 3 * hidden, hidden, true),
      ...linear('attn.proj', hidden, hidden, true),
      ...denseTensors(vision, integer(vision, 'intermediate_size'), { bias: true }),
      vector('norm', 2 * hidden),
    ]),
    vector('merger.ln_q', hidden),
    ...linear('merger.mlp.0', merged, merged, true),
    ...linear('merger.mlp.2', integer(vision, 'out_hidden_size'), merged, true),
  ];
};

/**
 * The vision tower of MiniMax M3, and the projector that merges its patches.
 *
 * Source: huggingface/transformers, `models/minimax_m3_vl/modeling_minimax_m3_vl.py` (`MiniMaxM3VLVisionModel`,
 * `MiniMaxM3VLMultiModalProjector`), 5.23.0.
 */
export const miniMaxM3: VisionTensors = (vision, text) => {
  const hidden = integer(vision, 'hidden_size');
  const output = integer(text, 'hidden_size');
  const compression = field(vision, 'img_token_compression_config');
  const { spatial_merge_size: merge, temporal_patch_size: frames } = (compression ?? vision) as Config;
  if (!Number.isSafeInteger(merge) || !Number.isSafeInteger(frames)) {
    return undefined;
  }
  return [
    ...linear('patch_embedding', hidden, patchSize(vision) * (frames as number)),
    vector('pre_layrnorm', 2 * hidden),
    ...standardBlocks(vision),
    ...linear('linear_1', output, hidden, true),
    ...linear('linear_2', output, output, true),
    ...linear('merge_linear_1', output, output * (merge as number) ** 2, true),
    ...linear('merge_linear_2', output, output, true),
  ];
};
