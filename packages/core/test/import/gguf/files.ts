import { type GgufMetadata, modelFromGguf } from '../../../src/import/gguf.js';

const ORIGIN = { id: 'model.gguf', source: 'model.gguf' };

export function read(metadata: GgufMetadata) {
  return modelFromGguf(metadata, [], ORIGIN);
}

/** A file of four blocks with plain attention, and more keys of its architecture. */
export function plain(architecture: string, more: GgufMetadata = {}): GgufMetadata {
  const keys = {
    block_count: 4,
    context_length: 4096,
    embedding_length: 512,
    'attention.head_count': 8,
    'attention.head_count_kv': 2,
    ...more,
  };
  return {
    'general.architecture': architecture,
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value])),
  };
}

export const full = { kind: 'full', numKeyValueHeads: 2, keyHeadDim: 64, valueHeadDim: 64 };
export const sliding = (slidingWindow: number) => ({ ...full, kind: 'sliding', slidingWindow });
export const window = { 'attention.sliding_window': 128 };
export const ssm = {
  'ssm.conv_kernel': 4,
  'ssm.inner_size': 1024,
  'ssm.state_size': 16,
  'ssm.time_step_rank': 8,
  'ssm.group_count': 2,
};
export const latent = {
  'attention.head_count_kv': 1,
  'attention.kv_lora_rank': 96,
  'attention.key_length': 128,
  'attention.value_length': 96,
  'attention.key_length_mla': 80,
  'attention.value_length_mla': 48,
  'rope.dimension_count': 32,
};
export const indexer = { 'attention.indexer.key_length': 64, 'attention.indexer.top_k': 8 };
