import type { Layer, RecurrentLayer } from '../../model/layer.js';
import type { Family } from '../family.js';
import { type Config, field, integer, optionalInteger, optionalObject, wrong } from '../fields.js';
import { fullLayer, fullLayerOf, sliding } from '../heads.js';
import { layersByType } from '../layer-types.js';
import { looped } from './looped.js';

/**
 * Inkling and Inkling 2: every sixth layer is full, the others slide (`layer_types`, or `local_layer_ids` as published)
 * with heads of their own (`swa_...`). Beside keys and values each layer keeps the inputs of four short convolutions, over
 * keys, values and the outputs of attention and feed-forward part, in fp32.
 *
 * Source: huggingface/transformers, `models/inkling/configuration_inkling.py` (`InklingTextConfig.__post_init__`) and
 * `modeling_inkling.py` (`InklingShortConvolution`), `models/inkling2`, 5.24.0.
 */
export const inkling: Family = (config) => {
  const hiddenSize = integer(config, 'hidden_size');
  const local = field(config, 'local_layer_ids');
  if (local !== undefined && !Array.isArray(local)) {
    throw wrong('local_layer_ids', local, 'a list of layers');
  }
  const full = fullLayerOf(config);
  const heads = fullLayer(integer(config, 'swa_num_key_value_heads'), integer(config, 'swa_head_dim'));
  const withConvolutions = (attention: typeof full | ReturnType<typeof sliding>): Layer => ({
    kind: 'composite',
    parts: [
      attention,
      convolutions(config, 2 * attention.numKeyValueHeads * attention.keyHeadDim + 2 * hiddenSize),
    ],
  });
  return {
    layers: layersByType(
      config,
      {
        hybrid: () => withConvolutions(full),
        hybrid_sliding: () => withConvolutions(sliding(heads, integer(config, 'sliding_window'))),
      },
      (index) =>
        (local === undefined ? (index + 1) % 6 !== 0 : local.includes(index)) ? 'hybrid_sliding' : 'hybrid',
    ),
  };
};

function convolutions(config: Config, channels: number): RecurrentLayer {
  const kernelSize = optionalInteger(config, 'sconv_kernel_size') ?? integer(config, 'conv_kernel_size');
  return {
    kind: 'recurrent',
    mechanism: 'short_convolution',
    convolution: { channels, kernelSize, dtype: 'fp32' },
  };
}

/**
 * Inkling 2 Loop: the layers from `loop_layer_index_start` to before `loop_layer_index_end` are passed `loop_num_passes`
 * times, each time with a memory of its own.
 *
 * Source: huggingface/transformers, `models/inkling2_loop/configuration_inkling2_loop.py` (`total_num_hidden_layers`) and
 * `modeling_inkling2_loop.py` (`cache_offset`), 5.24.0.
 */
export const inklingLoop: Family = (config) => {
  const loop = optionalObject(config, 'loop_config') ?? {};
  const start = optionalInteger(loop, 'core_start', 0) ?? integer(config, 'loop_layer_index_start', 0);
  const end = optionalInteger(loop, 'core_end', 0) ?? integer(config, 'loop_layer_index_end', 0);
  const passes = optionalInteger(loop, 'num_passes') ?? integer(config, 'loop_num_passes');
  return { layers: looped(inkling(config).layers, start, end, passes, 'loop_layer_index_end') };
};
