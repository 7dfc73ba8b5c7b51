import type { FullLayer, KeyValueHeads } from '../model/layer.js';
import { InputError } from '../text/errors.js';
import { type Config, integer, optionalInteger } from './fields.js';

/**
 * The layer that plain attention fields describe: `num_key_value_heads` (absent or null: one for each attention head)
 * of `head_dim` (absent: `hidden_size / num_attention_heads`) elements, for keys and values alike.
 *
 * Source: huggingface/transformers, `models/llama/configuration_llama.py` and `modeling_llama.py`
 * (`LlamaAttention.__init__`), 5.23.0.
 *
 * @throws InputError where there are more key-value heads than attention heads.
 */
export function fullLayerOf(config: Config): FullLayer {
  return fullLayer(
    checkKeyValueHeads(config, 'num_key_value_heads', optionalInteger(config, 'num_key_value_heads')),
    headDimOf(config),
  );
}

/** A full layer whose keys and values have the same size. */
export function fullLayer(numKeyValueHeads: number, headDim: number): FullLayer {
  return { kind: 'full', numKeyValueHeads, keyHeadDim: headDim, valueHeadDim: headDim };
}

/** Key-value heads as read from the field `key`; one for each attention head where it is not set. */
export function checkKeyValueHeads(
  config: Config,
  key: string,
  numKeyValueHeads: number | undefined,
): number {
  if (numKeyValueHeads === undefined) {
    return integer(config, 'num_attention_heads');
  }
  const heads = optionalInteger(config, 'num_attention_heads');
  if (heads !== undefined && numKeyValueHeads > heads) {
    throw new InputError(
      `The config's "${key}" is ${numKeyValueHeads}, more than its ${heads} attention heads; query heads share key-value heads, so there cannot be more of those.`,
    );
  }
  return numKeyValueHeads;
}

/** The same keys and values, of the last `slidingWindow` tokens only. */
export function sliding(
  { numKeyValueHeads, keyHeadDim, valueHeadDim }: KeyValueHeads,
  slidingWindow: number,
) {
  return { kind: 'sliding', numKeyValueHeads, keyHeadDim, valueHeadDim, slidingWindow } as const;
}

/**
 * `head_dim`, else `hidden_size / num_attention_heads`, rounded down as the models' code does.
 *
 * @throws InputError where there are more heads than elements.
 */
export function headDimOf(config: Config): number {
  const headDim = optionalInteger(config, 'head_dim');
  if (headDim !== undefined) {
    return headDim;
  }
  const hiddenSize = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  if (heads > hiddenSize) {
    throw new InputError(
      `The config has no "head_dim", and "hidden_size" ${hiddenSize} is less than "num_attention_heads" ${heads}.`,
    );
  }
  return Math.floor(hiddenSize / heads);
}
