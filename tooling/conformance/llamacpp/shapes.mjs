import { everyLast, heads, MOE, mla, repeat, ssm } from './models.mjs';

/**
 * Architectures of which `models.mjs` has no published model, with sizes of no model in particular: they serve to compare
 * what `kv` reads from a file with what the engine makes of it, at random.
 */

const LAYERS = 12;
const attention = { embedding_length: 1024, ...heads(16, 64), 'attention.head_count_kv': 4 };
const window = { 'attention.sliding_window': 300 };
const slides = (period) => ({
  'attention.sliding_window_pattern': repeat(LAYERS, everyLast(period, false, true)),
});
const hybrid = repeat(LAYERS, everyLast(3, 4, 0));
const moe = { ...MOE, leading_dense_block_count: 1 };
const groups = { expert_group_scale: 0.05, experts_per_group: 2, expert_chunk_feed_forward_length: 32 };
const latent = {
  embedding_length: 1024,
  'attention.head_count': 16,
  ...mla(256, 32, 64, 64),
  'attention.q_lora_rank': 128,
};
const indexer = {
  'attention.indexer.head_count': 4,
  'attention.indexer.key_length': 64,
  'attention.indexer.top_k': 128,
};

const shape = (architecture, metadata, more = {}) => ({
  id: `some ${architecture}`,
  gguf: architecture,
  layers: repeat(LAYERS, { kind: 'full' }),
  metadata: { ...attention, ...metadata },
  ...more,
});

/** Layers all alike but for their attention. */
const PLAIN = [
  ...['arcee', 'baichuan', 'bitnet', 'bloom', 'chameleon', 'codeshell', 'command-r', 'deepseek2-ocr'],
  ...[
    'ernie4_5',
    'exaone',
    'falcon',
    'gemma',
    'glm4',
    'gpt2',
    'hunyuan-dense',
    'internlm2',
    'jais2',
    'llama',
  ],
  ...[
    'llama-embed',
    'maincoder',
    'minicpm',
    'mistral3',
    'mpt',
    'nemotron',
    'olmo',
    'orion',
    'pangu-embedded',
  ],
  ...['phi2', 'plamo', 'qwen2', 'qwen2vl', 'qwen3', 'qwen3vl', 'refact', 'seed_oss', 'smollm3', 'stablelm'],
  ...['starcoder', 'starcoder2', 'xverse'],
];
const PLAIN_MOE = ['arctic', 'dbrx', 'granitemoe', 'olmoe', 'phimoe', 'qwen2moe', 'qwen3moe', 'qwen3vlmoe'];

export const SHAPES = [
  ...PLAIN.map((architecture) =>
    shape(architecture, {
      'attention.max_alibi_bias': 8.5,
      logit_scale: 0.5,
      'rope.dimension_sections': [8, 12, 12, 0],
      ...(architecture === 'deepseek2-ocr' ? moe : {}),
    }),
  ),
  ...PLAIN_MOE.map((architecture) =>
    shape(architecture, {
      ...MOE,
      'attention.clamp_kqv': 8.5,
      logit_scale: 0.5,
      'rope.dimension_sections': [8, 12, 12, 0],
    }),
  ),
  ...[
    'bailingmoe',
    'bailingmoe2',
    'deepseek',
    'dots1',
    'ernie4_5-moe',
    'hunyuan-moe',
    'hy_v3',
    'grovemoe',
  ].map((architecture) => shape(architecture, { ...moe, interleave_moe_layer_step: 1, ...groups })),
  shape('afmoe', { ...moe, ...window }),
  shape('cohere2moe', { ...moe, ...window, logit_scale: 0.5 }),
  shape('exaone-moe', { ...moe, ...window }),
  shape('granite_swa', { ...window, ...slides(4), logit_scale: 0.5 }),
  shape('laguna', { ...moe, ...window }),
  shape('mellum', { ...MOE, ...window }),
  shape('muse-glimmer', { ...MOE, ...window, logit_scale: 0.5 }),
  shape('plamo3', { ...window, 'attention.key_length_swa': 64, 'attention.value_length_swa': 64 }),
  shape('smallthinker', { ...MOE, ...window }),
  shape('step35', {
    ...moe,
    ...window,
    ...slides(4),
    'rope.freq_base_swa': 10000.5,
    'attention.head_count': repeat(LAYERS, everyLast(4, 16, 24)),
    'attention.head_count_kv': repeat(LAYERS, everyLast(4, 4, 8)),
  }),
  shape('lfm2moe', { ...moe, 'attention.head_count_kv': hybrid, 'shortconv.l_cache': 3 }),
  shape('lfm2', { ...window, 'attention.head_count_kv': hybrid, 'shortconv.l_cache': 4 }),
  shape('plamo2', { ...ssm(4, 2048, 64, 16, 0), 'attention.head_count_kv': hybrid }),
  shape('minimax-m3', {
    ...moe,
    ...indexer,
    'attention.indexer.block_size': 128,
    'attention.indexer.local_blocks': 1,
  }),
  shape('hy_v4', {
    ...latent,
    ...moe,
    ...indexer,
    'attention.indexer.types': repeat(LAYERS, (index) => (index % 3 === 0 ? 1 : 0)),
    'hyper_connection.count': 2,
    'hyper_connection.epsilon': 1e-6,
    'hyper_connection.magnitude': 1.5,
  }),
  shape('dots3note', {
    ...latent,
    ...moe,
    ...indexer,
    ...window,
    ...slides(4),
    'rope.freq_base_swa': 10000.5,
    'attention.indexer.types': repeat(LAYERS, everyLast(4, 1, 0)),
    'attention.kv_lora_rank_swa': 128,
    'attention.key_length_swa': 160,
    'attention.value_length_swa': 128,
    'attention.key_length_mla_swa': 96,
    'attention.value_length_mla_swa': 64,
    'rope.dimension_count_swa': 32,
  }),
  shape('maple', {
    ...MOE,
    swiglu_clamp_exp: repeat(LAYERS, 0.5),
    swiglu_clamp_shexp: repeat(LAYERS, 0.5),
    ...window,
    ...slides(3),
  }),
  shape('spark2_5', { ...MOE, ...window, ...slides(5) }),
  // As converted before the lengths of expanded heads were written.
  shape('deepseek2', {
    ...moe,
    'attention.head_count_kv': 16,
    'attention.key_length': 96,
    'attention.value_length': 64,
    'attention.kv_lora_rank': 256,
    'attention.q_lora_rank': 128,
    'rope.dimension_count': 32,
  }),
  shape('mistral4', { ...latent, ...moe }),
  shape('nanbeige', { num_loops: 2 }),
  shape('bailingmoe3', {
    ...latent,
    ...moe,
    'attention.head_count_kv': repeat(LAYERS, everyLast(4, 1, 0)),
    'kda.head_dim': 64,
    'kda.safe_gate': true,
    'kda.gate_lower_bound': -5.5,
    'ssm.conv_kernel': 4,
  }),
  shape('rwkv6qwen2', {
    'attention.head_count': 0,
    'attention.head_count_kv': 0,
    'wkv.head_size': 64,
    time_mix_extra_dim: 32,
    time_decay_extra_dim: 64,
    token_shift_count: 1,
  }),
  shape('arwkv7', {
    'attention.head_count': 0,
    'attention.head_count_kv': 0,
    'wkv.head_size': 64,
    'attention.decay_lora_rank': 32,
    'attention.iclr_lora_rank': 32,
    'attention.value_residual_mix_lora_rank': 32,
    'attention.gate_lora_rank': 32,
    token_shift_count: 1,
  }),
  shape('qwen4exp', {
    ...ssm(4, 1024, 64, 16, 8),
    ...moe,
    ...indexer,
    'rope.dimension_sections': [8, 12, 12, 0],
    'hyper_connection.count': 2,
    'hyper_connection.low_rank': 16,
    full_attention_interval: 4,
  }),
];
