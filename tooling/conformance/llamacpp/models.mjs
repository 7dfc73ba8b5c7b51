import { Float } from './gguf.mjs';

/**
 * The models that the engine is asked about: the geometry of published checkpoints' `config.json` as layers, and the
 * metadata that the engine's converter writes for them. All sizes that no cache depends on are tiny.
 */

const full = (numKeyValueHeads, keyHeadDim, valueHeadDim = keyHeadDim) => ({
  kind: 'full',
  numKeyValueHeads,
  keyHeadDim,
  valueHeadDim,
});
const sliding = (slidingWindow, ...heads) => ({ ...full(...heads), kind: 'sliding', slidingWindow });
const latent = (kvLoraRank, qkRopeHeadDim, more = {}) => ({
  kind: 'latent',
  kvLoraRank,
  qkRopeHeadDim,
  ...more,
});
const recurrent = (mechanism, channels, kernelSize, shape) => ({
  kind: 'recurrent',
  mechanism,
  ...(channels > 0 && { convolution: { channels, kernelSize } }),
  ...(shape !== undefined && { state: { shape, dtype: 'fp32' } }),
});
const none = { kind: 'none' };
export const repeat = (count, layerAt) =>
  Array.from({ length: count }, (_, index) => (typeof layerAt === 'function' ? layerAt(index) : layerAt));
export const everyLast = (period, last, others) => (index) => ((index + 1) % period === 0 ? last : others);
const headsOf = (layers) =>
  layers.map((layer) => partsOf(layer).find((part) => 'numKeyValueHeads' in part)?.numKeyValueHeads ?? 0);
const partsOf = (layer) => layer.parts ?? [layer];
const slides = (layers) =>
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
const dense = (
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
const windowed = (id, gguf, architecture, layers, embedding, headCount, headDim, more = {}) => ({
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

const nemotronH = (id, gguf, architecture, pattern, sizes, more = {}) => {
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

const JAMBA = recurrent('mamba', 8192, 4, [8192, 16]);
const GRANITE = recurrent('mamba2', 8192 + 2 * 128, 4, [128, 64, 128]);
const FALCON_H1 = {
  kind: 'composite',
  parts: [full(4, 128), recurrent('mamba2', 10240 + 2 * 2 * 256, 4, [128, 80, 256])],
};
const LFM2_ATTENTION = new Set([2, 5, 8, 10, 12, 14]);
const lfm2Layers = repeat(16, (index) =>
  LFM2_ATTENTION.has(index) ? full(8, 64) : recurrent('short_convolution', 2048, 3),
);
const gatedDeltaNet = (
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
const granite = repeat(40, (index) => ([5, 15, 25, 35].includes(index) ? full(8, 128) : GRANITE));
const jamba = repeat(32, (index) => (index % 8 === 4 ? full(8, 128) : JAMBA));
const KIMI = recurrent('kimi_delta_attention', 3 * 32 * 128, 4, [32, 128, 128]);
const kimi = repeat(27, (index) => ([3, 7, 11, 15, 19, 23, 26].includes(index) ? latent(512, 64) : KIMI));
const KIMI_K3 = recurrent('kimi_delta_attention', 3 * 96 * 128, 4, [96, 128, 128]);
const kimiK3 = repeat(93, (index) => (index % 4 === 3 || index === 92 ? latent(512, 64) : KIMI_K3));
const isPruned = (index) => [6, 7, 11].includes(index) || (index >= 42 && index <= 70 && index !== 52);
const MIMO_FULL = new Set([0, 5, 11, 17, 23, 29, 35, 41, 47]);
const mimo = repeat(48, (index) => (MIMO_FULL.has(index) ? full(4, 192, 128) : sliding(129, 8, 192, 128)));
const gemma3n = repeat(30, (index) =>
  index >= 20
    ? { kind: 'shared', sharesWith: (index + 1) % 5 === 0 ? 19 : 18 }
    : everyLast(5, full(2, 256), sliding(512, 2, 256))(index),
);
const gemma4 = (count, period, window, shared, slidingHeads, fullHeads) =>
  repeat(count, (index) => {
    const first = count - shared;
    const isFull = (index + 1) % period === 0;
    if (index >= first) return { kind: 'shared', sharesWith: isFull ? first - 1 : first - 2 };
    return isFull ? full(fullHeads, 512) : sliding(window, slidingHeads, 256);
  });
const gemma4Metadata = (count, period, embedding, headCount, slidingHeads, fullHeads, window, shared) => ({
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

const glmDsa = {
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
const ownsIndexer = (index) => index < 2 || index % 4 === 2;
const deepseekV4Ratios = repeat(43, (index) => (index < 2 ? 0 : index % 2 === 0 ? 4 : 128));

export const MODELS = [
  dense('meta-llama/Llama-3.1-8B', 'llama', 'LlamaForCausalLM', 32, 4096, 32, 8, 128),
  dense('meta-llama/Llama-3.1-70B', 'llama', 'LlamaForCausalLM', 80, 8192, 64, 8, 128),
  {
    ...dense('mistralai/Mistral-7B-v0.1', 'llama', 'MistralForCausalLM', 32, 4096, 32, 8, 128),
    layers: repeat(32, sliding(4096, 8, 128)),
  },
  dense('Qwen/Qwen2.5-7B', 'qwen2', 'Qwen2ForCausalLM', 28, 3584, 28, 4, 128),
  dense('Qwen/Qwen3-32B', 'qwen3', 'Qwen3ForCausalLM', 64, 5120, 64, 8, 128),
  dense('Qwen/Qwen3-235B-A22B', 'qwen3moe', 'Qwen3MoeForCausalLM', 94, 4096, 64, 4, 128, MOE),
  {
    ...dense('microsoft/Phi-3-mini-4k-instruct', 'phi3', 'Phi3ForCausalLM', 32, 3072, 32, 32, 96, {
      'attention.sliding_window': 2047,
    }),
    layers: repeat(32, sliding(2047, 32, 96)),
  },
  {
    ...dense('bigcode/starcoder2-15b', 'starcoder2', 'Starcoder2ForCausalLM', 40, 6144, 48, 4, 128),
    layers: repeat(40, sliding(4096, 4, 128)),
  },
  dense('tiiuae/falcon-7b', 'falcon', 'FalconForCausalLM', 32, 4544, 71, 1, 64),
  dense('EleutherAI/gpt-neox-20b', 'gptneox', 'GPTNeoXForCausalLM', 44, 6144, 64, 64, 96, {
    use_parallel_residual: true,
  }),
  dense('openai-community/gpt2-xl', 'gpt2', 'GPT2LMHeadModel', 48, 1600, 25, 25, 64),
  dense('microsoft/phi-2', 'phi2', 'PhiForCausalLM', 32, 2560, 32, 32, 80),
  dense('google/gemma-7b', 'gemma', 'GemmaForCausalLM', 28, 3072, 16, 16, 256),
  dense('allenai/OLMo-2-1124-7B', 'olmo2', 'Olmo2ForCausalLM', 32, 4096, 32, 32, 128),
  dense('CohereLabs/c4ai-command-r-v01', 'command-r', 'CohereForCausalLM', 40, 8192, 64, 64, 128, {
    logit_scale: 0.0625,
  }),
  dense('MiniMaxAI/MiniMax-M2', 'minimax-m2', 'MiniMaxM2ForCausalLM', 62, 3072, 48, 8, 128, MOE),
  dense('ibm-granite/granite-3.3-8b', 'granite', 'GraniteForCausalLM', 40, 4096, 32, 8, 128, {
    logit_scale: 16.5,
  }),
  {
    ...dense('zai-org/GLM-4.5-Air', 'glm4moe', 'Glm4MoeForCausalLM', 46, 4096, 96, 8, 128, {
      ...MOE,
      leading_dense_block_count: 1,
    }),
    nextnLayers: 1,
  },
  {
    id: 'nvidia/Llama-3_3-Nemotron-Super-49B-v1',
    gguf: 'deci',
    architecture: 'DeciLMForCausalLM',
    layers: repeat(80, (index) => (isPruned(index) ? none : full(8, 128))),
    metadata: {
      embedding_length: 8192,
      ...heads(
        repeat(80, (index) => (isPruned(index) ? 0 : 64)),
        128,
      ),
      'attention.head_count_kv': repeat(80, (index) => (isPruned(index) ? 0 : 8)),
      feed_forward_length: repeat(80, 32),
    },
  },
  windowed(
    'google/gemma-2-9b',
    'gemma2',
    'Gemma2ForCausalLM',
    repeat(42, everyLast(2, full(8, 256), sliding(4096, 8, 256))),
    3584,
    16,
    256,
  ),
  windowed(
    'google/gemma-3-27b-it',
    'gemma3',
    'Gemma3ForConditionalGeneration',
    repeat(62, everyLast(6, full(16, 128), sliding(1024, 16, 128))),
    5376,
    32,
    128,
  ),
  windowed(
    'google/gemma-3-1b-it',
    'gemma3',
    'Gemma3ForCausalLM',
    repeat(26, everyLast(6, full(1, 256), sliding(512, 1, 256))),
    1152,
    4,
    256,
  ),
  {
    ...windowed('google/gemma-3n-E2B', 'gemma3n', 'Gemma3nForConditionalGeneration', gemma3n, 2048, 8, 256),
  },
  {
    id: 'google/gemma-4-26B-A4B',
    gguf: 'gemma4',
    architecture: 'Gemma4ForConditionalGeneration',
    layers: gemma4(30, 6, 1024, 0, 8, 2),
    metadata: { ...gemma4Metadata(30, 6, 2816, 16, 8, 2, 1024, 0), ...MOE },
  },
  {
    id: 'google/gemma-4-E2B',
    gguf: 'gemma4',
    architecture: 'Gemma4ForConditionalGeneration',
    layers: gemma4(35, 5, 512, 20, 1, 1),
    metadata: gemma4Metadata(35, 5, 1536, 8, 1, 1, 512, 20),
  },
  windowed(
    'openai/gpt-oss-120b',
    'gpt-oss',
    'GptOssForCausalLM',
    repeat(36, everyLast(2, full(8, 64), sliding(128, 8, 64))),
    2880,
    64,
    64,
    MOE,
  ),
  windowed(
    'CohereLabs/c4ai-command-r7b-12-2024',
    'cohere2',
    'Cohere2ForCausalLM',
    repeat(32, everyLast(4, full(8, 128), sliding(4096, 8, 128))),
    4096,
    32,
    128,
    { logit_scale: 0.25 },
  ),
  windowed(
    'allenai/Olmo-3-7B',
    'olmo2',
    'Olmo3ForCausalLM',
    repeat(32, everyLast(4, full(32, 128), sliding(4096, 32, 128))),
    4096,
    32,
    128,
  ),
  windowed(
    'LGAI-EXAONE/EXAONE-4.0-32B',
    'exaone4',
    'Exaone4ForCausalLM',
    repeat(64, everyLast(4, full(8, 128), sliding(4096, 8, 128))),
    5120,
    40,
    128,
  ),
  {
    ...windowed('XiaomiMiMo/MiMo-V2-Flash', 'mimo2', 'MiMoV2FlashForCausalLM', mimo, 4096, 64, 192, MOE),
    // `sliding_window` of the config, which leaves the current token out.
    extra: {
      'attention.sliding_window': 128,
      'attention.value_length': 128,
      'attention.head_count_kv': headsOf(mimo),
    },
  },
  {
    id: 'meta-llama/Llama-4-Scout-17B-16E',
    gguf: 'llama4',
    architecture: 'Llama4ForConditionalGeneration',
    layers: repeat(
      48,
      everyLast(4, full(8, 128), { ...full(8, 128), kind: 'chunked', attentionChunkSize: 8192 }),
    ),
    metadata: {
      embedding_length: 5120,
      ...heads(40, 128),
      'attention.head_count_kv': 8,
      interleave_moe_layer_step: 1,
      ...MOE,
    },
  },
  {
    id: 'deepseek-ai/DeepSeek-V3',
    gguf: 'deepseek2',
    architecture: 'DeepseekV3ForCausalLM',
    layers: repeat(61, latent(512, 64)),
    metadata: {
      embedding_length: 7168,
      'attention.head_count': 128,
      ...mla(512, 64, 128, 128),
      'attention.q_lora_rank': 1536,
      leading_dense_block_count: 3,
      ...MOE,
    },
  },
  {
    id: 'deepseek-ai/DeepSeek-V3.2',
    gguf: 'deepseek32',
    architecture: 'DeepseekV32ForCausalLM',
    nextnLayers: 1,
    layers: repeat(61, latent(512, 64, { indexer: { indexHeadDim: 128 } })),
    metadata: {
      embedding_length: 7168,
      'attention.head_count': 128,
      ...mla(512, 64, 128, 128),
      'attention.q_lora_rank': 1536,
      'attention.indexer.head_count': 64,
      'attention.indexer.key_length': 128,
      'attention.indexer.top_k': 2048,
      leading_dense_block_count: 3,
      ...MOE,
    },
  },
  gatedDeltaNet('Qwen/Qwen3-Next-80B-A3B', 'qwen3next', 'Qwen3NextForCausalLM', 48, 2048, 16, 2, 16, 32, MOE),
  gatedDeltaNet('Qwen/Qwen3.5-27B', 'qwen35', 'Qwen3_5ForConditionalGeneration', 64, 5120, 24, 4, 16, 48),
  gatedDeltaNet(
    'Qwen/Qwen3.5-122B-A10B',
    'qwen35moe',
    'Qwen3_5MoeForConditionalGeneration',
    48,
    3072,
    32,
    2,
    16,
    64,
    MOE,
  ),
  nemotronH(
    'nvidia/Nemotron-H-56B-Base-8K',
    'nemotron_h',
    'NemotronHForCausalLM',
    'M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-',
    {
      mamba: recurrent('mamba2', 16384 + 2 * 8 * 256, 4, [256, 64, 256]),
      attention: full(8, 128),
      metadata: { embedding_length: 8192, ...heads(64, 128), ...ssm(4, 16384, 256, 256, 8) },
    },
  ),
  nemotronH(
    'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B',
    'nemotron_h_moe',
    'NemotronHForCausalLM',
    'MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME',
    {
      mamba: recurrent('mamba2', 4096 + 2 * 8 * 128, 4, [64, 64, 128]),
      attention: full(2, 128),
      metadata: { embedding_length: 2688, ...heads(32, 128), ...ssm(4, 4096, 128, 64, 8), ...MOE },
    },
  ),
  {
    id: 'ibm-granite/granite-4.0-h-small',
    gguf: 'granitehybrid',
    architecture: 'GraniteMoeHybridForCausalLM',
    layers: granite,
    metadata: {
      embedding_length: 4096,
      ...heads(32, 128),
      'attention.head_count_kv': headsOf(granite),
      ...ssm(4, 8192, 128, 128, 1),
      ...MOE,
    },
  },
  {
    id: 'tiiuae/Falcon-H1-34B-Base',
    gguf: 'falcon-h1',
    architecture: 'FalconH1ForCausalLM',
    layers: repeat(72, FALCON_H1),
    metadata: {
      embedding_length: 5120,
      ...heads(20, 128),
      'attention.head_count_kv': 4,
      ...ssm(4, 10240, 256, 128, 2),
    },
  },
  {
    id: 'LiquidAI/LFM2-1.2B',
    gguf: 'lfm2',
    architecture: 'Lfm2ForCausalLM',
    layers: lfm2Layers,
    metadata: {
      embedding_length: 2048,
      ...heads(32, 64),
      'attention.head_count_kv': headsOf(lfm2Layers),
      'shortconv.l_cache': 3,
    },
  },
  {
    id: 'ai21labs/Jamba-v0.1',
    gguf: 'jamba',
    architecture: 'JambaForCausalLM',
    layers: jamba,
    metadata: {
      embedding_length: 4096,
      ...heads(32, 128),
      'attention.head_count_kv': headsOf(jamba),
      ...ssm(4, 8192, 16, 256, 0),
      ...MOE,
    },
  },
  {
    id: 'state-spaces/mamba-2.8b-hf',
    gguf: 'mamba',
    architecture: 'MambaForCausalLM',
    layers: repeat(64, recurrent('mamba', 5120, 4, [5120, 16])),
    metadata: { embedding_length: 2560, 'attention.head_count': 0, ...ssm(4, 5120, 16, 160, 0) },
  },
  {
    id: 'mistralai/Mamba-Codestral-7B-v0.1',
    gguf: 'mamba2',
    architecture: 'Mamba2ForCausalLM',
    layers: repeat(64, recurrent('mamba2', 8192 + 2 * 8 * 128, 4, [128, 64, 128])),
    metadata: { embedding_length: 4096, 'attention.head_count': 0, ...ssm(4, 8192, 128, 128, 8) },
  },
  {
    id: 'RWKV/v6-Finch-7B-HF',
    gguf: 'rwkv6',
    architecture: 'Rwkv6ForCausalLM',
    layers: repeat(32, recurrent('rwkv', 2 * 4096, 2, [64, 64, 64])),
    metadata: {
      embedding_length: 4096,
      'attention.head_count': 0,
      'wkv.head_size': 64,
      time_mix_extra_dim: 32,
      time_decay_extra_dim: 64,
    },
    optional: 'time_mix_lerp_fused.weight',
  },
  {
    id: 'RWKV/RWKV7-Goose-World3-2.9B-HF',
    gguf: 'rwkv7',
    architecture: 'Rwkv7ForCausalLM',
    layers: repeat(32, recurrent('rwkv', 2 * 2560, 2, [40, 64, 64])),
    metadata: {
      embedding_length: 2560,
      'attention.head_count': 0,
      'wkv.head_size': 64,
      'attention.decay_lora_rank': 32,
      'attention.iclr_lora_rank': 32,
      'attention.value_residual_mix_lora_rank': 32,
      'attention.gate_lora_rank': 32,
    },
  },
  {
    id: 'moonshotai/Kimi-Linear-48B-A3B',
    gguf: 'kimi-linear',
    architecture: 'KimiLinearForCausalLM',
    layers: kimi,
    metadata: {
      embedding_length: 2304,
      'attention.head_count': 32,
      ...mla(512, 64, 128, 128),
      'attention.head_count_kv': kimi.map(({ kind }) => (kind === 'latent' ? 1 : 0)),
      'kda.head_dim': 128,
      ...ssm(4, 0, 0, 0, 0),
      leading_dense_block_count: 1,
      ...MOE,
    },
  },
  {
    id: 'moonshotai/Kimi-K3',
    gguf: 'kimi-k3',
    architecture: 'KimiLinearForCausalLM',
    layers: kimiK3,
    metadata: {
      embedding_length: 7168,
      'attention.head_count': 96,
      ...mla(512, 64, 128, 128),
      'attention.head_count_kv': kimiK3.map(({ kind }) => (kind === 'latent' ? 1 : 0)),
      'attention.q_lora_rank': 1536,
      'kda.head_dim': 128,
      'ssm.conv_kernel': 4,
      leading_dense_block_count: 1,
      'attn_res.block_size': 12,
      'activation.situ_beta': new Float(4),
      'activation.situ_linear_beta': new Float(25),
      ...MOE,
    },
  },
  {
    id: 'MiniMaxAI/MiniMax-M1-40k',
    gguf: 'minimax-01',
    architecture: 'MiniMaxM1ForCausalLM',
    layers: repeat(80, everyLast(8, full(8, 128), recurrent('lightning_attention', 0, 0, [64, 128, 128]))),
    metadata: {
      embedding_length: 6144,
      ...heads(64, 128),
      'attention.head_count_kv': 8,
      'rope.dimension_count': 64,
      full_attention_interval: 8,
      residual_scale: 3.5,
      ...MOE,
    },
  },
  {
    id: 'openbmb/MiniCPM3-4B',
    gguf: 'minicpm3',
    architecture: 'MiniCPM3ForCausalLM',
    layers: repeat(
      62,
      latent(256, 32, { expanded: { numAttentionHeads: 40, qkNopeHeadDim: 64, vHeadDim: 64 } }),
    ),
    metadata: {
      embedding_length: 2560,
      'attention.head_count': 40,
      'attention.head_count_kv': 40,
      'attention.key_length': 96,
      'attention.value_length': 64,
      'attention.q_lora_rank': 768,
      'attention.kv_lora_rank': 256,
      'rope.dimension_count': 32,
    },
  },
  {
    id: 'zai-org/GLM-5',
    gguf: 'glm-dsa',
    architecture: 'GlmMoeDsaForCausalLM',
    nextnLayers: 1,
    layers: repeat(78, latent(512, 64, { indexer: { indexHeadDim: 128 } })),
    metadata: { ...glmDsa, context_length: 202752 },
  },
  {
    id: 'zai-org/GLM-5.2',
    gguf: 'glm-dsa',
    architecture: 'GlmMoeDsaForCausalLM',
    nextnLayers: 1,
    layers: repeat(78, (index) =>
      latent(512, 64, ownsIndexer(index) ? { indexer: { indexHeadDim: 128 } } : {}),
    ),
    metadata: {
      ...glmDsa,
      context_length: 1048576,
      'attention.indexer.types': repeat(78, (index) => (ownsIndexer(index) ? 1 : 0)),
    },
  },
  {
    id: 'deepseek-ai/DeepSeek-V4-Flash',
    gguf: 'deepseek4',
    architecture: 'DeepseekV4ForCausalLM',
    layers: deepseekV4Ratios.map((compressRatio) => {
      const window = latent(448, 64, { slidingWindow: 128 });
      if (compressRatio === 0) return window;
      const indexer = compressRatio === 4 ? { indexer: { indexHeadDim: 128 } } : {};
      const compressed = { kind: 'compressed', compressRatio, headDim: 512, ...indexer };
      return { kind: 'composite', parts: [window, compressed] };
    }),
    metadata: {
      embedding_length: 4096,
      ...heads(64, 512),
      'attention.head_count_kv': 1,
      'rope.dimension_count': 64,
      'attention.q_lora_rank': 1024,
      'attention.sliding_window': 128,
      'attention.indexer.head_count': 64,
      'attention.indexer.key_length': 128,
      'attention.indexer.top_k': 512,
      'attention.output_group_count': 8,
      'attention.output_lora_rank': 1024,
      'attention.compress_rope_freq_base': new Float(160000),
      'attention.compress_ratios': deepseekV4Ratios,
      'hyper_connection.count': 4,
      'hyper_connection.sinkhorn_iterations': 20,
      'hyper_connection.epsilon': 1e-6,
      hash_layer_count: 3,
      swiglu_clamp_exp: repeat(43, new Float(10)),
      ...MOE,
      expert_gating_func: 4,
    },
  },
  {
    id: 'MiniMaxAI/MiniMax-M3',
    gguf: 'minimax-m3',
    architecture: 'MiniMaxM3ForCausalLM',
    layers: repeat(60, (index) =>
      index < 3 ? full(4, 128) : { ...full(4, 128), indexer: { indexHeadDim: 128 } },
    ),
    metadata: {
      embedding_length: 6144,
      ...heads(64, 128),
      'attention.head_count_kv': 4,
      'rope.dimension_count': 64,
      leading_dense_block_count: 3,
      'attention.indexer.head_count': 4,
      'attention.indexer.key_length': 128,
      'attention.indexer.top_k': 16,
      'attention.indexer.block_size': 128,
      'attention.indexer.local_blocks': 1,
      ...MOE,
    },
  },
  {
    ...dense('xai-org/grok-1', 'grok', 'Grok1ForCausalLM', 64, 6144, 48, 8, 128, MOE),
    flashless: true,
  },
  {
    id: 'google/flan-t5-xl',
    gguf: 't5',
    architecture: 'T5ForConditionalGeneration',
    layers: repeat(24, {
      kind: 'composite',
      parts: [full(32, 64), { ...full(32, 64), kind: 'cross', encoderTokens: 512 }],
    }),
    metadata: {
      context_length: 512,
      embedding_length: 2048,
      ...heads(32, 64),
      decoder_block_count: 24,
      'attention.relative_buckets_count': 32,
      decoder_start_token_id: 0,
    },
  },
];

/** The metadata of a model as the engine's converter writes it, and what it asks for beside. */
export function metadataOf({ gguf, layers, metadata, extra = {}, nextnLayers = 0 }) {
  const blocks = layers.length + nextnLayers;
  const whole = {
    block_count: blocks,
    ...(nextnLayers > 0 && { nextn_predict_layers: nextnLayers }),
    context_length: 131072,
    vocab_size: 261,
    feed_forward_length: 32,
    'attention.layer_norm_rms_epsilon': 1e-5,
    'attention.layer_norm_epsilon': 1e-5,
    ...metadata,
    ...extra,
  };
  return {
    'general.architecture': gguf,
    ...Object.fromEntries(
      Object.entries(whole)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`${gguf}.${key}`, value]),
    ),
  };
}

/** A word for each block of a model's file, equal for blocks with the same tensors. */
export function kindsOf({ layers, metadata, nextnLayers = 0 }) {
  const dense = metadata.leading_dense_block_count ?? 0;
  return [
    ...layers.map((layer, index) => `${index < dense ? 'dense ' : ''}${JSON.stringify(layer)}`),
    ...repeat(nextnLayers, 'prediction'),
  ];
}

/** Tensors that the engine stops without, rather than naming them. */
export function optionalOf({ layers, optional }) {
  return optional === undefined ? [] : layers.map((_, index) => `blk.${index}.${optional}`);
}
