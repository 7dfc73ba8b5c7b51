import { InputError } from '../errors.js';
import type { FullLayer } from '../layer.js';
import { type Config, integer, optionalInteger } from './fields.js';

/**
 * The layer that plain attention fields describe: `num_key_value_heads` (absent: one for each attention head) of
 * `head_dim` (absent: `hidden_size / num_attention_heads`) elements, for keys and values alike.
 *
 * Source: huggingface/transformers, `models/llama/configuration_llama.py` and `modeling_llama.py`
 * (`LlamaAttention.__init__`), v5.18.0.
 */
export function fullLayerOf(config: Config): FullLayer {
  const headDim = headDimOf(config);
  return {
    kind: 'full',
    numKeyValueHeads:
      optionalInteger(config, 'num_key_value_heads') ?? integer(config, 'num_attention_heads'),
    keyHeadDim: headDim,
    valueHeadDim: headDim,
  };
}

/** `head_dim`, else `hidden_size / num_attention_heads` where that divides evenly. */
export function headDimOf(config: Config): number {
  const headDim = optionalInteger(config, 'head_dim');
  if (headDim !== undefined) {
    return headDim;
  }
  const hiddenSize = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  if (hiddenSize % heads !== 0) {
    throw new InputError(
      `The config has no "head_dim", and "hidden_size" ${hiddenSize} is not divisible by "num_attention_heads" ${heads}.`,
    );
  }
  return hiddenSize / heads;
}
