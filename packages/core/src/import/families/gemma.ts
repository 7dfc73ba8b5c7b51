import type { Layer } from '../../model/layer.js';
import type { Family } from '../family.js';
import { type Config, field, integer, optionalBoolean, optionalInteger, wrong } from '../fields.js';
import { checkKeyValueHeads, fullLayer, fullLayerOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';
import { withSharedTail } from '../shared-layers.js';

/**
 * Gemma 3n: every fifth layer is full; the last `num_kv_shared_layers` read the cache of the last earlier layer of
 * their type.
 *
 * Source: huggingface/transformers, `models/gemma3n/configuration_gemma3n.py` (`kv_sharing_modes`), 5.23.0.
 */
export const gemma3n: Family = (config) => {
  const full = fullLayerOf(config);
  const layers = layersByType(
    config,
    {
      full_attention: () => full,
      sliding_attention: () => sliding(full, integer(config, 'sliding_window')),
    },
    (index) => ((index + 1) % 5 === 0 ? 'full_attention' : 'sliding_attention'),
  );
  return { layers: shareTail(config, layers) };
};

/**
 * Gemma 4: every sixth layer and the last are full, with heads of `global_head_dim` (512) and, with `attention_k_eq_v`,
 * `num_global_key_value_heads` of them; configs saved since say so in `per_layer_config` instead. Keys and values come from one projection then, but differ after norm and
 * rotation, so both are kept. The last `num_kv_shared_layers` share as in Gemma 3n.
 *
 * Source: huggingface/transformers, `models/gemma4/configuration_gemma4.py` (`Gemma4TextConfig.__post_init__`,
 * `kv_sharing_modes`) and `modeling_gemma4.py` (`Gemma4TextAttention`), 5.23.0.
 */
export const gemma4: Family = (config) => {
  const windowHeads = fullLayerOf(config);
  // `gemma4_unified_text` has no such field, and counts the heads of full layers without it.
  const usesGlobalHeads =
    optionalBoolean(config, 'attention_k_eq_v') ?? field(config, 'model_type') === 'gemma4_unified_text';
  const globalHeads = usesGlobalHeads ? optionalInteger(config, 'num_global_key_value_heads') : undefined;
  const full =
    field(config, 'per_layer_config') === undefined
      ? fullLayer(
          checkKeyValueHeads(
            config,
            'num_global_key_value_heads',
            globalHeads ?? windowHeads.numKeyValueHeads,
          ),
          optionalInteger(config, 'global_head_dim') ?? 512,
        )
      : windowHeads;
  const layers = layersByType(
    config,
    {
      full_attention: () => full,
      sliding_attention: () => sliding(windowHeads, integer(config, 'sliding_window')),
    },
    (index) => ((index + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention'),
  );
  return { layers: shareTail(config, [...layers.slice(0, -1), full]) };
};

/** The layers with the last `num_kv_shared_layers` sharing the cache of the last earlier layer of their own kind. */
function shareTail(config: Config, layers: readonly Layer[]): readonly Layer[] {
  const count = optionalInteger(config, 'num_kv_shared_layers', 0) ?? 0;
  const shared = withSharedTail(layers, count);
  if (shared === undefined) {
    throw wrong(
      'num_kv_shared_layers',
      count,
      `small enough that a layer of each type is left among the ${layers.length} to share`,
    );
  }
  return shared;
}
