import type { Family, Geometry } from '../family.js';
import { type Config, integer, optionalBoolean, optionalInteger } from '../fields.js';
import { fullLayerOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';

/**
 * Qwen 1.5 to 3, and MiMo: `sliding_window` counts only with `use_sliding_window`, and then for the layers from
 * `max_window_layers` on.
 *
 * Source: huggingface/transformers, `models/qwen2/configuration_qwen2.py` (`Qwen2Config.__post_init__`), 5.23.0.
 */
export const qwen: Family = (config) =>
  mixed(config, optionalBoolean(config, 'use_sliding_window') === true, isInTail);

/**
 * Qwen 1.5 and 2 MoE: with `use_sliding_window`, every other layer before `max_window_layers` slides.
 *
 * Source: huggingface/transformers, `models/qwen2_moe/configuration_qwen2_moe.py` (`__post_init__`), 5.23.0.
 */
export const qwen2Moe: Family = (config) =>
  mixed(
    config,
    optionalBoolean(config, 'use_sliding_window') === true,
    (index, maxWindowLayers) => index % 2 === 0 && index < maxWindowLayers,
  );

/**
 * dots.llm1: the same without the switch.
 *
 * Source: huggingface/transformers, `models/dots1/configuration_dots1.py` (`Dots1Config.__post_init__`), 5.23.0.
 */
export const dots: Family = (config) => mixed(config, true, isInTail);

function isInTail(index: number, maxWindowLayers: number): boolean {
  return index >= maxWindowLayers;
}

function mixed(
  config: Config,
  switchedOn: boolean,
  slides: (index: number, maxWindowLayers: number) => boolean,
): Geometry {
  const full = fullLayerOf(config);
  const slidingWindow = switchedOn ? optionalInteger(config, 'sliding_window') : undefined;
  const maxWindowLayers = optionalInteger(config, 'max_window_layers', 0) ?? 0;
  return {
    layers: layersByType(
      config,
      {
        full_attention: () => full,
        sliding_attention: () => (switchedOn ? sliding(full, integer(config, 'sliding_window')) : full),
      },
      (index) =>
        slidingWindow !== undefined && slides(index, maxWindowLayers)
          ? 'sliding_attention'
          : 'full_attention',
    ),
  };
}
