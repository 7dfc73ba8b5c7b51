import type { Layer } from '../model/layer.js';
import { layerCount } from './family.js';
import { type Config, optionalStrings, wrong } from './fields.js';

/** Names that older configs use for a layer type. */
const LEGACY_NAMES: Readonly<Record<string, string>> = {
  attention: 'full_attention',
  mamba: 'linear_attention',
  deepseek_sparse_attention: 'indexed_attention',
};

/**
 * The layers that `layer_types` lists, one for each of `num_hidden_layers`; absent, those that `otherwise` names for
 * each index.
 *
 * Source: huggingface/transformers, `configuration_utils.py` (`validate_layer_type`, `ALLOWED_LAYER_TYPES`,
 * `_LEGACY_LAYER_TYPE_REMAP`) and `cache_utils.py` (`get_layer_types_and_kwargs`), 5.23.0.
 *
 * @param layers what a layer of each type remembers; a field is read only for a type that occurs.
 * @throws InputError for a list of another length, and for a type that is not among `layers`.
 */
export function layersByType<Type extends string>(
  config: Config,
  layers: Readonly<Record<Type, () => Layer>>,
  otherwise: (index: number, count: number) => NoInfer<Type>,
): readonly Layer[] {
  const count = layerCount(config);
  const types =
    layerTypesOf(config, count) ?? Array.from({ length: count }, (_, index) => otherwise(index, count));
  const known = new Map<string, Layer>();
  return types.map((type) => {
    if (!Object.hasOwn(layers, type)) {
      const names = Object.keys(layers).map((name) => `"${name}"`);
      throw wrong('layer_types', type, `one of ${names.join(', ')} in this architecture`);
    }
    const layer = known.get(type) ?? layers[type as Type]();
    known.set(type, layer);
    return layer;
  });
}

/** `layer_types`, where it is set, with the current name of each type. */
export function layerTypesOf(config: Config, count: number): readonly string[] | undefined {
  const types = optionalStrings(config, 'layer_types');
  if (types !== undefined && types.length !== count) {
    throw wrong('layer_types', types.length, `a list of ${count} layers, as "num_hidden_layers" says`);
  }
  return types?.map((type) => (Object.hasOwn(LEGACY_NAMES, type) ? (LEGACY_NAMES[type] ?? type) : type));
}

/**
 * Refuses `layer_types` that name anything but attention over all tokens, for architectures that know nothing else.
 *
 * @throws InputError for such a type, or a list of the wrong length.
 */
export function checkAllFull(config: Config): void {
  const other = layerTypesOf(config, layerCount(config))?.find(
    (type) => type !== 'full_attention' && type !== 'indexed_attention',
  );
  if (other !== undefined) {
    throw wrong('layer_types', other, 'attention over all tokens in this architecture');
  }
}
