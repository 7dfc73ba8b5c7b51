/**
 * The models that the engine is asked about: the geometry of published checkpoints' `config.json` as layers, and the
 * metadata that the engine's converter writes for them. All sizes that no cache depends on are tiny.
 */

export const full = (numKeyValueHeads, keyHeadDim, valueHeadDim = keyHeadDim) => ({
  kind: 'full',
  numKeyValueHeads,
  keyHeadDim,
  valueHeadDim,
});
export const sliding = (slidingWindow, ...heads) => ({ ...full(...heads), kind: 'sliding', slidingWindow });
export const latent = (kvLoraRank, qkRopeHeadDim, more = {}) => ({
  kind: 'latent',
  kvLoraRank,
  qkRopeHeadDim,
  ...more,
});
export const recurrent = (mechanism, channels, kernelSize, shape) => ({
  kind: 'recurrent',
  mechanism,
  ...(channels > 0 && { convolution: { channels, kernelSize } }),
  ...(shape !== undefined && { state: { shape, dtype: 'fp32' } }),
});
export const none = { kind: 'none' };
export const repeat = (count, layerAt) =>
  Array.from({ length: count }, (_, index) => (typeof layerAt === 'function' ? layerAt(index) : layerAt));
export const everyLast = (period, last, others) => (index) => ((index + 1) % period === 0 ? last : others);
export const headsOf = (layers) =>
  layers.map((layer) => partsOf(layer).find((part) => 'numKeyValueHeads' in part)?.numKeyValueHeads ?? 0);
export const partsOf = (layer) => layer.parts ?? [layer];
export const slides = (layers) =>
  layers.map(
    ({ kind, sharesWith }) => (sharesWith === undefined ? kind : layers[sharesWith].kind) === 'sliding',
  );
export const ssm = (conv_kernel, inner_size, state_size, time_step_rank, group_count) => ({
  'ssm.conv_kernel': conv_kernel,
  'ssm.inner_size': inner_size,
  'ssm.state_size': state_size,
  'ssm.time_step_rank': time_step_rank,
  'ssm.group_count': group_count,
});
export const heads = (count, headDim) => ({
  'attention.key_length': headDim,
  'attention.value_length': headDim,
  'rope.dimension_count': headDim,
  'attention.head_count': count,
});
export const MOE = {
  expert_count: 2,
  expert_used_count: 1,
  expert_feed_forward_length: 32,
  expert_shared_count: 1,
  expert_shared_feed_forward_length: 32,
  expert_weights_norm: true,
  expert_weights_scale: 1.5,
  expert_gating_func: 2,
};
export const mla = (rank, rope, nope, value) => ({
  'attention.head_count_kv': 1,
  'attention.key_length': rank + rope,
  'attention.value_length': rank,
  'attention.key_length_mla': nope + rope,
  'attention.value_length_mla': value,
  'attention.kv_lora_rank': rank,
  'rope.dimension_count': rope,
});

/** A decoder that caches every token in every layer. */
export const dense = (
  id,
  gguf,
  architecture,
  layerCount,
  embedding,
  headCount,
  keyValueHeads,
  headDim,
  more = {},
) => ({
  id,
  gguf,
  architecture,
  layers: repeat(layerCount, full(keyValueHeads, headDim)),
  metadata: {
    embedding_length: embedding,
    ...heads(headCount, headDim),
    'attention.head_count_kv': keyValueHeads,
    ...more,
  },
});

/** A decoder with full and sliding layers of the same heads. */
export const windowed = (id, gguf, architecture, layers, embedding, headCount, headDim, more = {}) => ({
  id,
  gguf,
  architecture,
  layers,
  metadata: {
    embedding_length: embedding,
    ...heads(headCount, headDim),
    'attention.head_count_kv': Math.max(...headsOf(layers)),
    'attention.sliding_window': layers.find(({ kind }) => kind === 'sliding').slidingWindow,
    'attention.sliding_window_pattern': slides(layers),
    ...more,
  },
});

export const nemotronH = (id, gguf, architecture, pattern, sizes, more = {}) => {
  const layers = [...pattern].map((letter) =>
    letter === 'M' ? sizes.mamba : letter === '*' ? sizes.attention : none,
  );
  return {
    id,
    gguf,
    architecture,
    layers,
    metadata: {
      ...sizes.metadata,
      'attention.head_count_kv': headsOf(layers),
      feed_forward_length: layers.map(({ kind }) => (kind === 'none' ? 32 : 0)),
      ...more,
    },
  };
};

export const JAMBA = recurrent('mamba', 8192, 4, [8192, 16]);
export const GRANITE = recurrent('mamba2', 8192 + 2 * 128, 4, [128, 64, 128]);
export const FALCON_H1 = {
  kind: 'composite',
  parts: [full(4, 128), recurrent('mamba2', 10240 + 2 * 2 * 256, 4, [128, 80, 256])],
};
export const LFM2_ATTENTION = new Set([2, 5, 8, 10, 12, 14]);
export const lfm2Layers = repeat(16, (index) =>
  LFM2_ATTENTION.has(index) ? full(8, 64) : recurrent('short_convolution', 2048, 3),
);
export const gatedDeltaNet = (
  id,
  gguf,
  architecture,
  count,
  embedding,
  headCount,
  keyValueHeads,
  keyHeads,
  valueHeads,
  more = {},
) => ({
  id,
  gguf,
  architecture,
  layers: repeat(
    count,
    everyLast(
      4,
      full(keyValueHeads, 256),
      recurrent('gated_delta_net', (2 * keyHeads + valueHeads) * 128, 4, [valueHeads, 128, 128]),
    ),
  ),
  metadata: {
    embedding_length: embedding,
    ...heads(headCount, 256),
    'attention.head_count_kv': keyValueHeads,
    'rope.dimension_sections': [11, 11, 10, 0],
    'rope.dimension_count': 64,
    ...ssm(4, valueHeads * 128, 128, valueHeads, keyHeads),
    full_attention_interval: 4,
    ...more,
  },
});
export const granite = repeat(40, (index) => ([5, 15, 25, 35].includes(index) ? full(8, 128) : GRANITE));
export const jamba = repeat(32, (index) => (index % 8 === 4 ? full(8, 128) : JAMBA));
export const KIMI = recurrent('kimi_delta_attention', 3 * 32 * 128, 4, [32, 128, 128]);
export const kimi = repeat(27, (index) =>
  [3, 7, 11, 15, 19, 23, 26].includes(index) ? latent(512, 64) : KIMI,
);
export const KIMI_K3 = recurrent('kimi_delta_attention', 3 * 96 * 128, 4, [96, 128, 128]);
export const kimiK3 = repeat(93, (index) => (index % 4 === 3 || index === 92 ? latent(512, 64) : KIMI_K3));
export const isPruned = (index) => [6, 7, 11].includes(index) || (index >= 42 && index <= 70 && index !== 52);
export const MIMO_FULL = new Set([0, 5, 11, 17, 23, 29, 35, 41, 47]);
export const mimo = repeat(48, (index) =>
  MIMO_FULL.has(index) ? full(4, 192, 128) : sliding(129, 8, 192, 128),
);
export const gemma3n = repeat(30, (index) =>
  index >= 20
    ? { kind: 'shared', sharesWith: (index + 1) % 5 === 0 ? 19 : 18 }
    : everyLast(5, full(2, 256), sliding(512, 2, 256))(index),
);
export const gemma4 = (count, period, window, shared, slidingHeads, fullHeads) =>
  repeat(count, (index) => {
    const first = count - shared;
    const isFull = (index + 1) % period === 0;
    if (index >= first) return { kind: 'shared', sharesWith: isFull ? first - 1 : first - 2 };
    return isFull ? full(fullHeads, 512) : sliding(window, slidingHeads, 256);
  });
export const gemma4Metadata = (
  count,
  period,
  embedding,
  headCount,
  slidingHeads,
  fullHeads,
  window,
  shared,
) => ({
  embedding_length: embedding,
  'attention.head_count': headCount,
  'attention.head_count_kv': repeat(count, everyLast(period, fullHeads, slidingHeads)),
  'attention.key_length': 512,
  'attention.value_length': 512,
  'attention.key_length_swa': 256,
  'attention.value_length_swa': 256,
  'rope.dimension_count': 512,
  'rope.dimension_count_swa': 256,
  'attention.sliding_window': window,
  'attention.sliding_window_pattern': repeat(count, everyLast(period, false, true)),
  'attention.shared_kv_layers': shared,
  embedding_length_per_layer_input: 0,
});

export const glmDsa = {
  embedding_length: 6144,
  'attention.head_count': 64,
  ...mla(512, 64, 192, 256),
  'attention.q_lora_rank': 2048,
  'attention.indexer.head_count': 32,
  'attention.indexer.key_length': 128,
  'attention.indexer.top_k': 2048,
  leading_dense_block_count: 3,
  ...MOE,
};
export const ownsIndexer = (index) => index < 2 || index % 4 === 2;
export const deepseekV4Ratios = repeat(43, (index) => (index < 2 ? 0 : index % 2 === 0 ? 4 : 128));
