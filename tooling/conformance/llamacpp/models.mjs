import { repeat } from './model-layers.mjs';
import { FIRST_MODELS } from './models-first.mjs';
import { MORE_MODELS } from './models-more.mjs';

export { everyLast, heads, MOE, mla, repeat, ssm } from './model-layers.mjs';

/** Every model that the engine is asked about. */
export const MODELS = [...FIRST_MODELS, ...MORE_MODELS];

/** The metadata of a model as the engine's converter writes it, and what it asks for beside. */
export function metadataOf({ gguf, layers, metadata, extra = {}, nextnLayers = 0 }) {
  const blocks = layers.length + nextnLayers;
  const whole = {
    block_count: blocks,
    ...(nextnLayers > 0 && { nextn_predict_layers: nextnLayers }),
    context_length: 131072,
    vocab_size: 261,
    feed_forward_length: 32,
    'attention.layer_norm_rms_epsilon': 1e-5,
    'attention.layer_norm_epsilon': 1e-5,
    ...metadata,
    ...extra,
  };
  return {
    'general.architecture': gguf,
    ...Object.fromEntries(
      Object.entries(whole)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`${gguf}.${key}`, value]),
    ),
  };
}

/** A word for each block of a model's file, equal for blocks with the same tensors. */
export function kindsOf({ layers, metadata, nextnLayers = 0 }) {
  const dense = metadata.leading_dense_block_count ?? 0;
  return [
    ...layers.map((layer, index) => `${index < dense ? 'dense ' : ''}${JSON.stringify(layer)}`),
    ...repeat(nextnLayers, 'prediction'),
  ];
}

/** Tensors that the engine stops without, rather than naming them. */
export function optionalOf({ layers, optional }) {
  return optional === undefined ? [] : layers.map((_, index) => `blk.${index}.${optional}`);
}
