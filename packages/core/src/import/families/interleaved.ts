import type { Family } from '../family.js';
import type { Config } from '../fields.js';
import { field, integer, optionalBoolean, optionalInteger } from '../fields.js';
import { fullLayerOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';

/**
 * Architectures that mix sliding and full layers: as `layer_types` lists them; absent, as `isFull` says for each index.
 * One row for each rule:
 *
 * - `lastOfEvery(n)`: every n-th layer is full. Gemma 2, gpt-oss and VaultGemma (2), OLMo 3 (4), Kolibri 1 (5).
 * - `lastOfPattern(n)`: the same, where `sliding_window_pattern` gives no other n. Cohere 2 (4), Gemma 3 (6).
 * - `firstOfEvery(n)`: layers 0, n, 2n ... are full. CWM and Granite with sliding windows (4).
 * - `lastOfEveryFromEnd(n)`: the last layer is full, and every n-th before it. Muse Glimmer and Muse Spark (4).
 * - `asListed`: only `layer_types` says; full throughout without it. Laguna, Mellum, Cohere Compass, Step 3.5.
 *
 * Source: huggingface/transformers, `__post_init__` of each `models/X/configuration_X.py`, 5.23.0.
 */
export function interleaved(isFull: (index: number, count: number, config: Config) => boolean): Family {
  return (config) => {
    const full = fullLayerOf(config);
    return {
      layers: layersByType(
        config,
        {
          full_attention: () => full,
          sliding_attention: () => sliding(full, integer(config, 'sliding_window')),
        },
        (index, count) => (isFull(index, count, config) ? 'full_attention' : 'sliding_attention'),
      ),
    };
  };
}

export const asListed: Family = interleaved(() => true);

export function lastOfEveryFromEnd(period: number): Family {
  return interleaved((index, count) => (count - 1 - index) % period === 0);
}

export function lastOfEvery(period: number): Family {
  return interleaved((index) => (index + 1) % period === 0);
}

export function lastOfPattern(period: number): Family {
  return interleaved((index, _, config) => (index + 1) % periodOf(config, period) === 0);
}

export function firstOfEvery(period: number): Family {
  return interleaved((index) => index % period === 0);
}

/** EXAONE 4: full throughout where `sliding_window` is null (the 1.2B), else the last of every `sliding_window_pattern`. */
export const exaone4: Family = (config) =>
  field(config, 'sliding_window') === undefined
    ? interleaved(() => true)(config)
    : interleaved((index, count) => {
        const pattern = field(config, 'sliding_window_pattern');
        if (typeof pattern === 'string' && /^[LG]+$/.test(pattern)) {
          return index === count - 1 || pattern[index % pattern.length] === 'G';
        }
        return (index + 1) % periodOf(config, 4) === 0;
      })(config);

/**
 * SmolLM3: only with `use_sliding_window`, and then the layers without a rotary embedding slide.
 *
 * Source: huggingface/transformers, `models/smollm3/configuration_smollm3.py` (`__post_init__`), 5.23.0.
 */
export const smolLm3: Family = (config) => {
  const slides =
    optionalBoolean(config, 'use_sliding_window') === true && field(config, 'sliding_window') !== undefined;
  return interleaved((index) => !slides || usesRope(config, index))(config);
};

/** Whether a layer has a rotary embedding: `no_rope_layers` (1 for yes), else all but every `no_rope_layer_interval`-th. */
export function usesRope(config: Config, index: number): boolean {
  const listed = field(config, 'no_rope_layers');
  if (Array.isArray(listed) && listed.length > 0) {
    return Boolean(listed[index]);
  }
  return (index + 1) % (optionalInteger(config, 'no_rope_layer_interval') ?? 4) !== 0;
}

/** AFMoE: every `global_attn_every_n_layers`-th layer is full. */
export const afmoe: Family = (config) =>
  lastOfEvery(optionalInteger(config, 'global_attn_every_n_layers') ?? 4)(config);

/** Beam: every sixth layer is full, and the last. */
export const beam: Family = interleaved((index, count) => (index + 1) % 6 === 0 || index === count - 1);

/** Flint: the first two layers are full, every fourth from the second on, and the last. */
export const flint: Family = interleaved(
  (index, count) => index < 2 || index % 4 === 1 || index === count - 1,
);

/**
 * ModernBERT's decoder: every third layer from the first on is full (`global_attn_every_n_layers`); the others reach half
 * of `local_attention`, which saved configs also state as `sliding_window`.
 *
 * Source: huggingface/transformers, `models/modernbert_decoder/configuration_modernbert_decoder.py` (`__post_init__`),
 * 5.24.0.
 */
export const modernBertDecoder: Family = (config) =>
  firstOfEvery(optionalInteger(config, 'global_attn_every_n_layers') ?? 3)({
    ...config,
    sliding_window: field(config, 'sliding_window') ?? Math.floor(integer(config, 'local_attention', 2) / 2),
  });

/** Cohere 2 MoE: the first `first_k_dense_replace` layers follow a pattern of their own, the others start anew. */
export const cohere2Moe: Family = (config) => {
  const dense = optionalInteger(config, 'first_k_dense_replace', 0) ?? 0;
  const densePeriod = optionalInteger(config, 'prefix_dense_sliding_window_pattern') ?? 1;
  return interleaved((index) =>
    index < dense ? (index + 1) % densePeriod === 0 : (index - dense + 1) % periodOf(config, 4) === 0,
  )(config);
};

function periodOf(config: Config, otherwise: number): number {
  return optionalInteger(config, 'sliding_window_pattern') ?? otherwise;
}
