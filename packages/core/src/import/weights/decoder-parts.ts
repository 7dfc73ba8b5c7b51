import type { Layer } from '../../model/layer.js';
import { type Config, integer } from '../fields.js';
import { attentionTensors, type Flag } from './attention.js';
import { isRecurrent, type LayerTensors } from './decoder.js';
import { type DenseStyle, denseTensors } from './feed-forward.js';
import { gatedDeltaNetTensors } from './recurrent.js';
import type { Tensors } from './tensors.js';

/** Where `attention_bias` is for queries, keys, values and output, or for all but the output. */
export const BIAS: Flag = ['attention_bias', false];

export const ALL_BIAS = { qkvBias: BIAS, outputBias: BIAS };

/** A dense layer of `intermediate_size`. */
export function dense(style: DenseStyle = {}): LayerTensors {
  return (config) => denseTensors(config, integer(config, 'intermediate_size'), style);
}

/** A gated delta net, or attention with a gate for each query. */
export function qwenHybrid(config: Config, _: number, layer: Layer): readonly Tensors[] {
  return isRecurrent(layer)
    ? gatedDeltaNetTensors(config)
    : attentionTensors(config, { ...ALL_BIAS, qkNorm: 'head', queryGate: true });
}
