import type { Experts, Geometry } from '../model/geometry.js';
import { keyHeadDimOf, type Layer } from '../model/layer.js';
import { type Config, field, sizeOf } from './fields.js';
import { rotaryElementsOf } from './rotary.js';
import { visionTowerOf } from './vision-geometry.js';

/**
 * The widths that a config states, under the names that published ones use. Nothing here is needed to count a cache, so
 * what cannot be read is left out.
 *
 * @param published the whole file.
 * @param config the text model's, completed as families read it.
 */
export function geometryOf(published: Config, config: Config, layers: readonly Layer[]): Geometry {
  const experts = expertsOf(config);
  const vision = visionTowerOf(published);
  return {
    ...defined('vocabSize', sizeOf(config, 'vocab_size')),
    ...defined('intermediateSize', denseSizeOf(config, experts)),
    ...defined('experts', experts),
    ...defined('vision', vision),
    ...defined('rotaryElements', rotaryElementsOf(published, config, keyHeadDimOf(layers))),
  };
}

const NUM_EXPERTS = ['n_routed_experts', 'num_local_experts', 'num_experts', 'moe_num_experts'];
const EXPERTS_PER_TOKEN = [
  ...['num_experts_per_tok', 'num_experts_per_token', 'experts_per_token', 'top_k_experts', 'moe_topk'],
  ...['moe_top_k', 'moe_k'],
];
const EXPERT_SIZES = ['moe_intermediate_size', 'expert_ffn_hidden_size', 'expert_intermediate_size'];
const DENSE_SIZES = [
  ...['intermediate_size_mlp', 'dense_intermediate_size', 'ff_intermediate_size', 'intermediate_size'],
  ...['ffn_hidden_size', 'ffn_dim', 'decoder_ffn_dim', 'n_inner'],
];
const SHARED_SIZES = [
  ...['shared_expert_intermediate_size', 'moe_shared_expert_intermediate_size', 'shared_intermediate_size'],
];

function expertsOf(config: Config): Experts | undefined {
  const numExperts = firstSize(config, NUM_EXPERTS);
  const numExpertsPerToken = firstSize(config, EXPERTS_PER_TOKEN);
  const intermediateSize = firstSize(config, EXPERT_SIZES) ?? firstSize(config, DENSE_SIZES.slice(3));
  return numExperts === undefined || numExpertsPerToken === undefined || intermediateSize === undefined
    ? undefined
    : { numExperts, numExpertsPerToken: Math.min(numExperts, numExpertsPerToken), intermediateSize };
}

/** Of layers without experts, where some are, and of what is shared in those with them. */
function denseSizeOf(config: Config, experts: Experts | undefined): number | undefined {
  if (experts === undefined) {
    return firstSize(config, DENSE_SIZES);
  }
  const shared =
    firstSize(config, SHARED_SIZES) ??
    (firstSize(config, ['n_shared_experts', 'num_shared_experts']) ?? 0) * experts.intermediateSize;
  const dense = hasDenseLayers(config) ? (firstSize(config, DENSE_SIZES) ?? 0) : 0;
  return Math.max(shared, dense);
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
