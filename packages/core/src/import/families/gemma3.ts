import type { Family } from '../family.js';
import { optionalInteger } from '../fields.js';
import { fullLayerOf } from '../heads.js';
import { slidingOrFullLayers } from '../layer-types.js';

/** What `Gemma3TextConfig` means where a published config leaves a field out, as those of the 4B model do. */
const DEFAULTS = {
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  hidden_size: 2304,
  num_hidden_layers: 26,
  sliding_window: 4096,
};

/**
 * Gemma 3: every sixth layer (`sliding_window_pattern`) is full, the others slide.
 *
 * Source: huggingface/transformers, `models/gemma3/configuration_gemma3.py` (`Gemma3TextConfig`), v5.18.0.
 */
export const gemma3: Family = (published) => {
  const config = { ...DEFAULTS, ...published };
  const pattern = optionalInteger(config, 'sliding_window_pattern') ?? 6;
  return {
    layers: slidingOrFullLayers(config, fullLayerOf(config), (index) =>
      (index + 1) % pattern === 0 ? 'full_attention' : 'sliding_attention',
    ),
  };
};
