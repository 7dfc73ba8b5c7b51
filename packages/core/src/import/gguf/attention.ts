import type { FullLayer, LatentLayer, Layer, SlidingLayer } from '../../model/layer.js';
import { checkLayerCount } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import {
  type GgufKeys,
  integerAt,
  optionalIntegerAt,
  perLayerIntegersAt,
  valueAt,
  wrongAt,
} from './metadata.js';

/** What every architecture states about its layers and their attention. */
export interface Attention {
  readonly keys: GgufKeys;
  /** Layers that the file counts, those for multi-token prediction included. */
  readonly blockCount: number;
  /** Layers of the main model: `block_count - nextn_predict_layers`. */
  readonly layerCount: number;
  /** Query heads of each block. */
  readonly heads: readonly number[];
  /** Key-value heads of each block; 0 where it has no attention. */
  readonly keyValueHeads: readonly number[];
}

/**
 * The keys that are uniform over architectures; key-value heads default to query heads.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` (`llama_model_base::load_hparams`).
 */
export function attentionOf(keys: GgufKeys): Attention {
  const blockCount = checkLayerCount(integerAt(keys, 'block_count'));
  const predictors = optionalIntegerAt(keys, 'nextn_predict_layers', 0) ?? 0;
  if (predictors >= blockCount) {
    throw wrongAt(keys, 'nextn_predict_layers', predictors, `less than the ${blockCount} blocks`);
  }
  const heads =
    perLayerIntegersAt(keys, 'attention.head_count', blockCount) ??
    Array.from({ length: blockCount }, () => 0);
  return {
    keys,
    blockCount,
    layerCount: blockCount - predictors,
    heads,
    keyValueHeads: perLayerIntegersAt(keys, 'attention.head_count_kv', blockCount) ?? heads,
  };
}

/**
 * What attention remembers in a layer, every token of it: nothing without key-value heads, one latent for each token
 * with the keys of multi-head latent attention, else keys and values of `key_length` and `value_length`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-hparams.cpp` (`n_embd_k_gqa`, `n_embd_v_gqa`, `is_mla`).
 */
export function fullAttention(
  attention: Attention,
  index: number,
): FullLayer | LatentLayer | { readonly kind: 'none' } {
  const heads = attention.keyValueHeads[index] ?? 0;
  if (heads === 0) {
    return { kind: 'none' };
  }
  return isLatent(attention.keys)
    ? latent(attention, index, '')
    : {
        kind: 'full',
        numKeyValueHeads: heads,
        keyHeadDim: headLength(attention, 'attention.key_length'),
        valueHeadDim: headLength(attention, 'attention.value_length'),
      };
}

/** The same in a sliding layer, whose heads may have another size (`key_length_swa`). */
export function slidingAttention(attention: Attention, index: number, slidingWindow: number): Layer {
  const full = fullAttention(attention, index);
  if (full.kind === 'none') {
    return full;
  }
  const { keys } = attention;
  if (full.kind === 'latent') {
    const inWindow =
      valueAt(keys, 'attention.kv_lora_rank_swa') === undefined ? full : latent(attention, index, '_swa');
    return { ...inWindow, slidingWindow };
  }
  const layer: SlidingLayer = {
    kind: 'sliding',
    numKeyValueHeads: full.numKeyValueHeads,
    keyHeadDim: optionalIntegerAt(keys, 'attention.key_length_swa') ?? full.keyHeadDim,
    valueHeadDim: optionalIntegerAt(keys, 'attention.value_length_swa') ?? full.valueHeadDim,
    slidingWindow,
  };
  return layer;
}

/** Whether layers keep latents: both lengths of expanded heads are there, as in all files since converters write them. */
export function isLatent(keys: GgufKeys): boolean {
  return ['attention.key_length_mla', 'attention.value_length_mla'].every(
    (key) => (optionalIntegerAt(keys, key, 0) ?? 0) > 0,
  );
}

function latent(attention: Attention, index: number, suffix: '' | '_swa'): LatentLayer {
  const { keys } = attention;
  const kvLoraRank = integerAt(keys, `attention.kv_lora_rank${suffix}`);
  const width = integerAt(keys, `attention.key_length${suffix}`);
  const expandedWidth = integerAt(keys, `attention.key_length_mla${suffix}`);
  const qkRopeHeadDim = width - kvLoraRank;
  if (qkRopeHeadDim < 0) {
    throw wrongAt(keys, `attention.key_length${suffix}`, width, `at least the latent's ${kvLoraRank}`);
  }
  if (expandedWidth <= qkRopeHeadDim) {
    throw wrongAt(
      keys,
      `attention.key_length_mla${suffix}`,
      expandedWidth,
      `more than the rotary ${qkRopeHeadDim}`,
    );
  }
  if (attention.keyValueHeads[index] !== 1) {
    throw wrongAt(
      keys,
      'attention.head_count_kv',
      attention.keyValueHeads[index],
      '1 where a latent is cached',
    );
  }
  return {
    kind: 'latent',
    kvLoraRank,
    qkRopeHeadDim,
    expanded: {
      numAttentionHeads: queryHeads(attention, index),
      qkNopeHeadDim: expandedWidth - qkRopeHeadDim,
      vHeadDim: integerAt(keys, `attention.value_length_mla${suffix}`),
    },
  };
}

/** Query heads of a layer; an InputError where the file states none. */
export function queryHeads({ keys, heads }: Attention, index: number): number {
  const count = heads[index] ?? 0;
  if (count === 0) {
    throw new InputError(
      `The GGUF file has no "${keys.architecture}.attention.head_count" for layer ${index}.`,
    );
  }
  return count;
}

/** `key_length` or `value_length`, else `embedding_length / head_count` of the first layer, rounded down as the engine does. */
export function headLength(
  { keys, heads }: Attention,
  key: 'attention.key_length' | 'attention.value_length',
): number {
  const stated = optionalIntegerAt(keys, key);
  if (stated !== undefined) {
    return stated;
  }
  const first = heads[0] ?? 0;
  if (first === 0) {
    throw new InputError(
      `The GGUF file has no "${keys.architecture}.${key}", and its first layer has no heads to divide the embedding by.`,
    );
  }
  const length = Math.floor(integerAt(keys, 'embedding_length') / first);
  if (length === 0) {
    throw wrongAt(keys, 'attention.head_count', first, 'at most the embedding length');
  }
  return length;
}
