import type { FullLayer, Layer } from '../layer.js';
import { layerCount } from './family.js';
import { type Config, integer, optionalInteger, optionalStrings, wrong } from './fields.js';

/**
 * Full and sliding layers as `layer_types` lists them; absent, as `otherwise` says for each index.
 *
 * Source: huggingface/transformers, `configuration_utils.py` (`layer_type_validation`, ALLOWED_LAYER_TYPES), v5.18.0.
 */
export function slidingOrFullLayers(
  config: Config,
  full: FullLayer,
  otherwise: (index: number) => 'full_attention' | 'sliding_attention',
  defaultWindow?: number,
): readonly Layer[] {
  const count = layerCount(config);
  const types =
    optionalStrings(config, 'layer_types') ?? Array.from({ length: count }, (_, index) => otherwise(index));
  if (types.length !== count) {
    throw wrong('layer_types', types.length, `a list of ${count} layers, as "num_hidden_layers" says`);
  }
  return types.map((type) => {
    switch (type) {
      case 'full_attention':
        return full;
      case 'sliding_attention':
        return {
          ...full,
          kind: 'sliding',
          slidingWindow:
            optionalInteger(config, 'sliding_window') ?? defaultWindow ?? integer(config, 'sliding_window'),
        };
      default:
        throw wrong('layer_types', type, '"full_attention" or "sliding_attention" in this architecture');
    }
  });
}
