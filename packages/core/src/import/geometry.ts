import type { Geometry } from '../model/geometry.js';
import { keyHeadDimOf, type Layer } from '../model/layer.js';
import { type Config, field, sizeOf } from './fields.js';
import { rotaryElementsOf, rotatedOf } from './rotary.js';
import { sizesOf } from './sizes.js';
import { visionTowerOf } from './vision-geometry.js';

/**
 * The widths that a config states, under the names that published ones use. Nothing here is needed to count a cache, so
 * what cannot be read is left out.
 *
 * @param published the whole file.
 * @param config the text model's, completed as families read it.
 */
export function geometryOf(published: Config, config: Config, layers: readonly Layer[]): Geometry {
  const vision = visionTowerOf(published);
  return {
    ...defined('intermediateSize', denseSizeOf(config)),
    ...defined('vision', vision),
    ...defined('rotaryDim', rotatedOf(config, keyHeadDimOf(layers))),
    ...defined('rotaryElements', rotaryElementsOf(published, config, keyHeadDimOf(layers))),
  };
}

const DENSE_SIZES = [
  ...['intermediate_size_mlp', 'dense_intermediate_size', 'ff_intermediate_size', 'intermediate_size'],
  ...['ffn_hidden_size', 'ffn_dim', 'decoder_ffn_dim', 'n_inner'],
];
const SHARED_SIZES = [
  ...['shared_expert_intermediate_size', 'moe_shared_expert_intermediate_size', 'shared_intermediate_size'],
];

/** Of layers without experts, where some are, and of what is shared in those with them. */
function denseSizeOf(config: Config): number | undefined {
  const {
    numExperts,
    numExpertsPerToken,
    moeIntermediateSize = 0,
    sharedExpertIntermediateSize = 0,
  } = sizesOf(config);
  if (numExperts === undefined || numExpertsPerToken === undefined) {
    return firstSize(config, DENSE_SIZES);
  }
  const shared = firstSize(config, SHARED_SIZES) ?? sharedExpertIntermediateSize;
  const dense = hasDenseLayers(config) ? (firstSize(config, DENSE_SIZES) ?? 0) : 0;
  return moeIntermediateSize === 0 ? firstSize(config, DENSE_SIZES) : Math.max(shared, dense);
}

function hasDenseLayers(config: Config): boolean {
  const alone = field(config, 'mlp_only_layers');
  return (
    (sizeOf(config, 'first_k_dense_replace') ?? 0) > 0 ||
    (sizeOf(config, 'num_dense_layers') ?? 0) > 0 ||
    ['interleave_moe_layer_step', 'decoder_sparse_step', 'expert_layer_period'].some(
      (key) => (sizeOf(config, key) ?? 1) > 1,
    ) ||
    (Array.isArray(alone) && alone.length > 0) ||
    field(config, 'enable_moe_block') === true
  );
}

function firstSize(config: Config, keys: readonly string[]): number | undefined {
  return keys.map((key) => sizeOf(config, key)).find((size) => size !== undefined);
}

function defined<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
