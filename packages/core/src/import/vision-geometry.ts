import type { LargestImage, VisionTower } from '../model/geometry.js';
import { type Config, field, isConfig, sizeOf } from './fields.js';

/**
 * The vision tower of a multimodal config, with the largest image where its processor's limit is known.
 *
 * Source: huggingface/transformers 5.24.0, the processors of each `model_type`; what they say by default stands in a
 * checkpoint's `preprocessor_config.json`, which is not read here.
 */
export function visionTowerOf(published: Config): VisionTower | undefined {
  const vision = field(published, 'vision_config');
  if (!isConfig(vision)) {
    return undefined;
  }
  const hiddenSize = sizeOf(vision, 'hidden_size') ?? sizeOf(vision, 'vt_hidden_size');
  const intermediateSize = sizeOf(vision, 'intermediate_size') ?? sizeOf(vision, 'vt_intermediate_size');
  const numLayers =
    sizeOf(vision, 'depth') ?? sizeOf(vision, 'num_hidden_layers') ?? sizeOf(vision, 'vt_num_hidden_layers');
  const largestImage = largestImageOf(published, vision);
  return {
    ...(hiddenSize !== undefined && { hiddenSize }),
    ...(intermediateSize !== undefined && { intermediateSize }),
    ...(numLayers !== undefined && { numLayers }),
    takesVideo: (sizeOf(vision, 'temporal_patch_size') ?? sizeOf(vision, 'init_pos_emb_time') ?? 1) > 1,
    ...(largestImage !== undefined && { largestImage }),
  };
}

const COLOURS = 3;

/** Pixels of the largest image: `max_pixels` of Qwen2.5-VL's processor, `longest_edge` of Qwen3-VL's. */
const QWEN_25_PIXELS = 12_845_056;
const QWEN_3_PIXELS = 16_777_216;

/** Tiles of an image at most, and the whole one beside them (`max_patches` of Llama 4's processor). */
const LLAMA_4_TILES = 17;

function largestImageOf(published: Config, vision: Config): LargestImage | undefined {
  const type = field(published, 'model_type');
  const [patch, image] = [sizeOf(vision, 'patch_size'), sizeOf(vision, 'image_size')];
  if (typeof type !== 'string' || patch === undefined) {
    return undefined;
  }
  const merge = sizeOf(vision, 'spatial_merge_size') ?? 1;
  const frames = sizeOf(vision, 'temporal_patch_size') ?? 1;
  const byPixels = (pixels: number): LargestImage => {
    const patches = Math.floor(pixels / (patch * merge) ** 2) * merge ** 2;
    const deep = field(vision, 'deepstack_visual_indexes');
    return {
      tokens: patches / merge ** 2,
      patches,
      patchSize: COLOURS * frames * patch ** 2,
      embeddingsPerToken: 1 + (Array.isArray(deep) ? deep.length : 0),
    };
  };
  const square = (tokensOf: (patches: number) => number | undefined, tiles = 1): LargestImage | undefined => {
    const patches = image === undefined ? undefined : Math.floor(image / patch) ** 2;
    const tokens = patches === undefined ? undefined : tokensOf(patches);
    return patches === undefined || tokens === undefined
      ? undefined
      : {
          tokens: tiles * tokens,
          patches: tiles * patches,
          patchSize: COLOURS * patch ** 2,
          embeddingsPerToken: 1,
        };
  };
  if (/^qwen2(_5)?_vl|^exaone4_5/.test(type)) {
    return byPixels(QWEN_25_PIXELS);
  }
  if (/^qwen3(_vl|_5)/.test(type)) {
    return byPixels(QWEN_3_PIXELS);
  }
  switch (type) {
    case 'gemma3':
      return square(() => sizeOf(published, 'mm_tokens_per_image'));
    case 'mistral3':
      return square((patches) => Math.floor(patches / (sizeOf(published, 'spatial_merge_size') ?? 2) ** 2));
    case 'llava':
      return square((patches) => patches);
    case 'llama4': {
      const ratio = field(vision, 'pixel_shuffle_ratio');
      return square(
        (patches) => Math.floor(patches * (typeof ratio === 'number' ? ratio : 1) ** 2),
        LLAMA_4_TILES,
      );
    }
    case 'gemma4':
      return gemma4Image(published, vision, patch);
    default:
      return undefined;
  }
}

/** Gemma 4 pools `pooling_kernel_size x pooling_kernel_size` patches into a token, of which an image has so many. */
function gemma4Image(published: Config, vision: Config, patch: number): LargestImage | undefined {
  const tokens = sizeOf(published, 'vision_soft_tokens_per_image');
  const kernel = sizeOf(vision, 'pooling_kernel_size');
  return tokens === undefined || kernel === undefined
    ? undefined
    : { tokens, patches: tokens * kernel ** 2, patchSize: COLOURS * patch ** 2, embeddingsPerToken: 1 };
}
