import type { Family } from '../family.js';
import { optionalBoolean, optionalInteger } from '../fields.js';
import { fullLayerOf } from '../heads.js';
import { slidingOrFullLayers } from '../layer-types.js';

/**
 * Qwen 1.5 to 3, dense and mixture of experts: `sliding_window` counts only with `use_sliding_window`, and then for
 * the layers from `max_window_layers` (28 where absent) on.
 *
 * Source: huggingface/transformers, `models/qwen2/configuration_qwen2.py` (`Qwen2Config.__post_init__`), v5.18.0.
 */
export const qwen: Family = (config) => {
  const windowed =
    optionalBoolean(config, 'use_sliding_window') === true &&
    optionalInteger(config, 'sliding_window') !== undefined;
  const maxWindowLayers = optionalInteger(config, 'max_window_layers', 0) ?? 28;
  return {
    layers: slidingOrFullLayers(config, fullLayerOf(config), (index) =>
      windowed && index >= maxWindowLayers ? 'sliding_attention' : 'full_attention',
    ),
  };
};
