import type { Layer } from '../model/layer.js';
import type { Family } from './family.js';
import { asObject, type Config, optionalObject, optionalStrings, wrong } from './fields.js';

/**
 * The family, for configs whose `per_layer_config` gives single layers fields of their own: each of those layers is read
 * with its fields in place of the model's. `skip` names parts that a layer does without; without attention it remembers
 * nothing.
 *
 * Source: huggingface/transformers, `integrations/heterogeneity/configuration_utils.py` (`HeterogeneousConfigMixin`) and
 * `cache_utils.py` (`get_layer_types_and_kwargs`), 5.24.0.
 *
 * @throws InputError for a key that is no layer's index, and for fields that make no sense in that layer.
 */
export function withPerLayerConfig(family: Family): Family {
  return (config) => {
    const geometry = family(config);
    const overrides = optionalObject(config, 'per_layer_config');
    if (overrides === undefined) {
      return geometry;
    }
    const layers = [...geometry.layers];
    const known = new Map<string, readonly Layer[]>();
    for (const [key, value] of Object.entries(overrides)) {
      const index = Number(key);
      if (!/^\d+$/.test(key) || index >= layers.length) {
        throw wrong(
          'per_layer_config',
          key,
          `an object whose keys are layers from 0 to ${layers.length - 1}`,
        );
      }
      const { skip: _, ...fields } = asObject(value, `"per_layer_config" of layer ${index}`);
      const text = JSON.stringify(fields);
      const read = known.get(text) ?? family({ ...config, ...fields }).layers;
      known.set(text, read);
      layers[index] = skipsAttention(asObject(value, key)) ? { kind: 'none' } : (read[index] as Layer);
    }
    return { ...geometry, layers };
  };
}

function skipsAttention(overrides: Config): boolean {
  return optionalStrings(overrides, 'skip')?.some((part) => part.includes('attention')) ?? false;
}
