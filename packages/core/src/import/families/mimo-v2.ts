import { type Family, layerCount } from '../family.js';
import { field, integer, optionalInteger, wrong } from '../fields.js';
import { fullLayerOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';

/**
 * MiMo-V2-Flash: the first and every sixth layer are full; sliding ones have twice the key-value heads
 * (`swa_num_key_value_heads` as published) and reach `sliding_window_size` tokens before the current one. Values have
 * `v_head_dim` elements.
 *
 * Source: huggingface/transformers, `models/mimo_v2_flash/configuration_mimo_v2_flash.py` (`__post_init__`) and
 * `modeling_mimo_v2_flash.py` (`MiMoV2FlashAttention`), 5.23.0.
 */
export const mimoV2: Family = (config) => {
  const full = { ...fullLayerOf(config), valueHeadDim: integer(config, 'v_head_dim') };
  const before = optionalInteger(config, 'sliding_window_size');
  const window = before === undefined ? integer(config, 'sliding_window') : before + 1;
  const numKeyValueHeads = optionalInteger(config, 'swa_num_key_value_heads') ?? 2 * full.numKeyValueHeads;
  const pattern = field(config, 'hybrid_layer_pattern');
  const count = layerCount(config);
  if (pattern !== undefined && !(Array.isArray(pattern) && pattern.length === count)) {
    throw wrong('hybrid_layer_pattern', pattern, `a list of 0 (full) and 1 (sliding) for ${count} layers`);
  }
  return {
    layers: layersByType(
      config,
      {
        full_attention: () => full,
        sliding_attention: () =>
          sliding(
            {
              numKeyValueHeads,
              keyHeadDim: optionalInteger(config, 'swa_head_dim') ?? full.keyHeadDim,
              valueHeadDim: optionalInteger(config, 'swa_v_head_dim') ?? full.valueHeadDim,
            },
            window,
          ),
      },
      (index) =>
        (pattern === undefined ? index !== 0 && (index + 1) % 6 !== 0 : pattern[index] === 1)
          ? 'sliding_attention'
          : 'full_attention',
    ),
  };
};
