import { type Family, layerCount, repeat } from '../family.js';
import { fullLayerOf } from '../heads.js';

/**
 * Llama 1 to 3.x and every architecture with the same cache: keys and values of all tokens in all layers.
 *
 * Source: huggingface/transformers, `models/llama/modeling_llama.py` (`LlamaAttention`), v5.18.0.
 */
export const llama: Family = (config) => ({ layers: repeat(fullLayerOf(config), layerCount(config)) });
