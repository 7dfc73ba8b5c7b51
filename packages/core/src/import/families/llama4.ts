import type { Family } from '../family.js';
import { integer } from '../fields.js';
import { fullLayerOf } from '../heads.js';
import { layersByType } from '../layer-types.js';
import { usesRope } from './interleaved.js';

/**
 * Llama 4: layers with a rotary embedding attend within chunks of `attention_chunk_size`; every fourth has none
 * (`no_rope_layers`) and is full.
 *
 * Source: huggingface/transformers, `models/llama4/configuration_llama4.py` (`Llama4TextConfig.__post_init__`), 5.23.0.
 */
export const llama4: Family = (config) => {
  const full = fullLayerOf(config);
  return {
    layers: layersByType(
      config,
      {
        full_attention: () => full,
        chunked_attention: () => ({
          ...full,
          kind: 'chunked',
          attentionChunkSize: integer(config, 'attention_chunk_size'),
        }),
      },
      (index) => (usesRope(config, index) ? 'chunked_attention' : 'full_attention'),
    ),
  };
};
