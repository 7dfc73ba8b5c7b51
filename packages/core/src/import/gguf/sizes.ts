import type { ModelSizes } from '../../model/model.js';
import { type GgufKeys, own, valueAt } from './metadata.js';
import type { GgufTensor } from './weights.js';

/**
 * Sizes that no cache depends on, by the keys of llama.cpp's converter. One that makes no sense is not known.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` (`load_hparams`); the vocabulary is the table of embeddings',
 * and an output without a matrix of its own uses that table (`load_tensors`).
 */
export function ggufSizesOf(keys: GgufKeys, tensors: readonly GgufTensor[]): ModelSizes {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
  const number = (key: string) => sizeFrom(valueAt(keys, key));
  const tokens = own(keys.metadata, 'tokenizer.ggml.tokens');
  const numExperts = number('expert_count');
  const matrix = tensors.find(({ name, shape }) => shape.length > 2 && /\.ffn_up_exps\.weight$/.test(name));
  const moeIntermediateSize = matrix?.shape[1] ?? number('expert_feed_forward_length');
  const shared = number('expert_shared_count');
  const sharedWidth = number('expert_shared_feed_forward_length');
  return known({
    vocabSize: rowsOf(shapes.get('token_embd.weight')) ?? number('vocab_size') ?? lengthOf(tokens),
    tieWordEmbeddings: tensors.length === 0 ? undefined : !shapes.has('output.weight'),
    intermediateSize: number('feed_forward_length') ?? largest(valueAt(keys, 'feed_forward_length')),
    intermediateSizes: listed(valueAt(keys, 'feed_forward_length')),
    ...(numExperts !== undefined &&
      numExperts > 0 && {
        numExperts,
        numExpertsPerToken: number('expert_used_count'),
        moeIntermediateSize: moeIntermediateSize ?? number('feed_forward_length'),
        sharedExpertIntermediateSize:
          sharedWidth ?? (shared === undefined ? 0 : shared * (moeIntermediateSize ?? 0)),
        numDenseLayers: number('leading_dense_block_count') ?? 0,
        numExpertGroups: number('expert_group_count'),
        numExpertGroupsPerToken: number('expert_group_used_count'),
      }),
    hiddenSizePerLayerInput: number('embedding_length_per_layer_input'),
    qLoraRank: number('attention.q_lora_rank'),
  });
}

function sizeFrom(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function largest(value: unknown): number | undefined {
  const sizes = Array.isArray(value) ? value.map(sizeFrom).filter((size) => size !== undefined) : [];
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

function listed(value: unknown): readonly number[] | undefined {
  const sizes = Array.isArray(value) ? value.map(sizeFrom) : [];
  return sizes.length > 0 && sizes.every((size) => size !== undefined) ? sizes : undefined;
}

/** Rows of a matrix; a tensor with one axis is none. */
function rowsOf(shape: readonly number[] | undefined): number | undefined {
  return shape !== undefined && shape.length > 1 ? shape[1] : undefined;
}

function lengthOf(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function known(sizes: { readonly [Key in keyof ModelSizes]: ModelSizes[Key] | undefined }): ModelSizes {
  return Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined));
}
