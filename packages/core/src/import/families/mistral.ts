import { type Family, layerCount, repeat } from '../family.js';
import { optionalInteger } from '../fields.js';
import { fullLayerOf } from '../heads.js';

/**
 * Mistral and Mixtral: all layers slide where `sliding_window` is set (Mistral 7B v0.1), none where it is null.
 *
 * Source: huggingface/transformers, `models/mistral/modeling_mistral.py` (`MistralModel.forward`), v5.18.0.
 */
export const mistral: Family = (config) => {
  const full = fullLayerOf(config);
  const slidingWindow = optionalInteger(config, 'sliding_window');
  return {
    layers: repeat(
      slidingWindow === undefined ? full : { ...full, kind: 'sliding', slidingWindow },
      layerCount(config),
    ),
  };
};
