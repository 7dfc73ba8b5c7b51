import { type Layer, memoriesOf } from '../../model/layer.js';
import { checkLayerCount } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { type Family, layerCount } from '../family.js';
import { type Config, integer, optionalInteger, optionalString, optionalStrings, wrong } from '../fields.js';
import { fullLayerOf } from '../heads.js';
import { lastOfEvery } from './interleaved.js';

/**
 * The layers with those from `start` to before `end` remembering everything once for each of `passes`.
 *
 * @param key the field that says where they end.
 * @throws InputError where there are no such layers, or too many in all.
 */
export function looped(
  layers: readonly Layer[],
  start: number,
  end: number,
  passes: number,
  key: string,
): readonly Layer[] {
  if (start > end || end > layers.length) {
    throw new InputError(
      `The config repeats layers ${start} to ${end} of the ${layers.length} that it has; "${key}" must say otherwise.`,
    );
  }
  checkLayerCount(layers.length + (end - start) * (passes - 1));
  return layers.map((layer, index) =>
    index < start || index >= end || passes === 1
      ? layer
      : { kind: 'composite', parts: Array.from({ length: passes }, () => memoriesOf(layer)).flat() },
  );
}

/**
 * Dory: every fourth layer is full; the layers between `n_input_layers` and `n_output_layers` run `n_recurrent_loops`
 * times, each time with a cache of its own unless `recurrent_kv_cache_mode` is `last_loop`. Published configs count
 * attention and feed-forward parts as layers of their own (`mlp` in `layer_types`).
 *
 * Source: huggingface/transformers, `models/dory/configuration_dory.py` (`__post_init__`, `to_dict`) and
 * `modeling_dory.py` (`DoryModel.forward`), 5.24.0.
 */
export const dory: Family = (published) => {
  const config = withWholeLayers(published);
  const { layers } = lastOfEvery(4)(config);
  const mode = optionalString(config, 'recurrent_kv_cache_mode') ?? 'per_loop';
  if (mode !== 'per_loop' && mode !== 'last_loop') {
    throw wrong('recurrent_kv_cache_mode', mode, '"per_loop" or "last_loop"');
  }
  const start = integer(config, 'n_input_layers', 0);
  const end = layers.length - integer(config, 'n_output_layers', 0);
  const loops = mode === 'last_loop' ? 1 : integer(config, 'n_recurrent_loops');
  return { layers: looped(layers, start, end, loops, 'n_output_layers') };
};

function withWholeLayers(config: Config): Config {
  const types = optionalStrings(config, 'layer_types');
  if (types === undefined || !types.includes('mlp')) {
    return config;
  }
  const halved = ['num_hidden_layers', 'n_input_layers', 'n_output_layers'].map((key) => [
    key,
    Math.floor(integer(config, key, 0) / 2),
  ]);
  return {
    ...config,
    ...Object.fromEntries(halved),
    layer_types: types.filter((_, index) => index % 2 === 0),
  };
}

/**
 * HRM-Text: two stacks of `num_layers_per_stack` layers run `H_cycles x (L_cycles + 1)` times in all, each time with a
 * cache of its own; `num_hidden_layers` counts every run where `num_layers_per_stack` is stated too, else one stack.
 *
 * Source: huggingface/transformers, `models/hrm_text/configuration_hrm_text.py` (`__post_init__`), 5.24.0.
 */
export const hrmText: Family = (config) => {
  const full = fullLayerOf({ ...config, num_key_value_heads: undefined });
  const runs =
    optionalInteger(config, 'num_layers_per_stack') === undefined
      ? integer(config, 'H_cycles') * (integer(config, 'L_cycles') + 1)
      : 1;
  const count = checkLayerCount(layerCount(config) * runs);
  return { layers: Array.from({ length: count }, () => full) };
};
