import type { Layer } from '../../model/layer.js';
import type { Family } from '../family.js';
import { optionalBoolean, optionalInteger } from '../fields.js';
import { fullLayerOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';

/**
 * Mistral, Mixtral, Phi-3, PhiMoE, StarCoder2 and others: all layers slide where `sliding_window` is set, none where it
 * is null or `use_sliding_window` is false; Ministral lists `layer_types`.
 *
 * Source: huggingface/transformers, `models/mistral/modeling_mistral.py` (`MistralModel.forward`),
 * `models/phi3/modeling_phi3.py`, `models/ministral/configuration_ministral.py`, 5.23.0.
 */
export const windowed: Family = (config) => {
  const full = fullLayerOf(config);
  const unused = optionalBoolean(config, 'use_sliding_window') === false;
  const slidingWindow = unused ? undefined : optionalInteger(config, 'sliding_window');
  const inWindow = (): Layer => (slidingWindow === undefined ? full : sliding(full, slidingWindow));
  return {
    layers: layersByType(config, { full_attention: () => full, sliding_attention: inWindow }, () =>
      slidingWindow === undefined ? 'full_attention' : 'sliding_attention',
    ),
  };
};

/**
 * Qwen 3 MoE: as above, where `use_sliding_window` is set to true.
 *
 * Source: huggingface/transformers, `models/qwen3_moe/configuration_qwen3_moe.py` (`__post_init__`), 5.23.0.
 */
export const windowedOnRequest: Family = (config) =>
  windowed({ ...config, use_sliding_window: optionalBoolean(config, 'use_sliding_window') ?? false });
