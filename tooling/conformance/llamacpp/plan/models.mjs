import { Float } from '../gguf.mjs';
import { gemma4Metadata } from '../model-layers.mjs';
import { everyLast, heads, kindsOf, MODELS, metadataOf, mla, optionalOf, repeat, ssm } from '../models.mjs';
import { SHAPES } from '../shapes.mjs';

/**
 * Published models with all sizes that compute buffers depend on, as the engine's converter writes them, and the tensors
 * that their files have though the engine would do without.
 */

const dense = (
  id,
  architecture,
  layers,
  hidden,
  width,
  headCount,
  keyValueHeads,
  headDim,
  vocabulary,
  more = {},
) => ({
  id,
  architecture,
  layers,
  metadata: {
    embedding_length: hidden,
    feed_forward_length: width,
    ...heads(headCount, headDim),
    'attention.head_count_kv': keyValueHeads,
    vocab_size: vocabulary,
    ...more,
  },
});
const experts = (count, used, width, more = {}) => ({
  expert_count: count,
  expert_used_count: used,
  expert_feed_forward_length: width,
  ...more,
});
const sliding = (layers, window, period) => ({
  'attention.sliding_window': window,
  'attention.sliding_window_pattern': repeat(layers, everyLast(period, false, true)),
});
const gemma4 = (
  layers,
  period,
  hidden,
  width,
  headCount,
  slidingHeads,
  fullHeads,
  window,
  shared,
  perLayer,
) => ({
  ...gemma4Metadata(layers, period, hidden, headCount, slidingHeads, fullHeads, window, shared),
  feed_forward_length: width,
  embedding_length_per_layer_input: perLayer,
  vocab_size: 262144,
  final_logit_softcapping: new Float(30),
});
const BIASES = ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'];
/** What three of four blocks of Qwen3.5 have. */
const deltaNetBlocks = (index) => ((index + 1) % 4 === 0 ? [] : ['attn_qkv.weight', 'attn_gate.weight']);
const QK_NORMS = ['attn_q_norm.weight', 'attn_k_norm.weight'];

export const PLANNED = [
  {
    ...dense('meta-llama/Llama-3.1-8B', 'llama', 32, 4096, 14336, 32, 8, 128, 128256),
    file: ['rope_freqs.weight'],
  },
  {
    ...dense('meta-llama/Llama-3.2-3B', 'llama', 28, 3072, 8192, 24, 8, 128, 128256),
    file: ['rope_freqs.weight'],
  },
  {
    ...dense('meta-llama/Llama-3.1-70B', 'llama', 80, 8192, 28672, 64, 8, 128, 128256),
    file: ['rope_freqs.weight'],
  },
  dense('mistralai/Mistral-7B-v0.1', 'llama', 32, 4096, 14336, 32, 8, 128, 32000),
  {
    ...dense('mistralai/Mixtral-8x7B-v0.1', 'llama', 32, 4096, 14336, 32, 8, 128, 32000, {
      expert_count: 8,
      expert_used_count: 2,
    }),
    blocks: ['ffn_gate_exps.weight'],
  },
  { ...dense('Qwen/Qwen2.5-7B', 'qwen2', 28, 3584, 18944, 28, 4, 128, 152064), blocks: BIASES },
  { ...dense('Qwen/Qwen2.5-0.5B', 'qwen2', 24, 896, 4864, 14, 2, 64, 151936), blocks: BIASES },
  {
    ...dense('Qwen/Qwen1.5-MoE-A2.7B', 'qwen2moe', 24, 2048, 5632, 16, 16, 128, 151936, {
      ...experts(60, 4, 1408, { expert_shared_feed_forward_length: 5632 }),
    }),
    blocks: BIASES,
  },
  { ...dense('Qwen/Qwen3-8B', 'qwen3', 36, 4096, 12288, 32, 8, 128, 151936), blocks: QK_NORMS },
  {
    ...dense('Qwen/Qwen3-30B-A3B', 'qwen3moe', 48, 2048, 6144, 32, 4, 128, 151936, experts(128, 8, 768)),
    blocks: QK_NORMS,
  },
  dense('google/gemma-2b', 'gemma', 18, 2048, 16384, 8, 1, 256, 256000),
  dense('google/gemma-2-9b', 'gemma2', 42, 3584, 14336, 16, 8, 256, 256000, {
    ...sliding(42, 4096, 2),
    attn_logit_softcapping: new Float(50),
    final_logit_softcapping: new Float(30),
  }),
  {
    ...dense('google/gemma-3-12b-it', 'gemma3', 48, 3840, 15360, 16, 8, 256, 262144, sliding(48, 1024, 6)),
    blocks: QK_NORMS,
  },
  {
    ...dense('microsoft/Phi-3.5-mini', 'phi3', 32, 3072, 8192, 32, 32, 96, 32064),
    blocks: ['attn_qkv.weight'],
  },
  {
    ...dense('openai/gpt-oss-20b', 'gpt-oss', 24, 2880, 2880, 64, 8, 64, 201088, {
      ...experts(32, 4, 2880),
      'attention.sliding_window': 128,
    }),
    blocks: [
      ...BIASES,
      ...[
        'attn_output.bias',
        'ffn_gate_inp.bias',
        'ffn_gate_exps.bias',
        'ffn_up_exps.bias',
        'ffn_down_exps.bias',
      ],
    ],
  },
  { ...dense('zai-org/GLM-4-9B-0414', 'glm4', 40, 4096, 13696, 32, 2, 128, 151552), blocks: BIASES },
  {
    ...dense('zai-org/GLM-4.5-Air', 'glm4moe', 46, 4096, 10944, 96, 8, 128, 151552, {
      ...experts(128, 8, 1408, {
        expert_shared_count: 1,
        expert_weights_norm: true,
        expert_weights_scale: 1.5,
      }),
      expert_gating_func: 2,
      leading_dense_block_count: 1,
    }),
    blocks: [...BIASES, 'exp_probs_b.bias'],
  },
  dense('CohereLabs/c4ai-command-r-v01', 'command-r', 40, 8192, 22528, 64, 64, 128, 256000, {
    logit_scale: 0.0625,
  }),
  dense('CohereLabs/c4ai-command-r7b', 'cohere2', 32, 4096, 14336, 32, 8, 128, 256000, {
    ...sliding(32, 4096, 4),
    logit_scale: 0.25,
  }),
  dense('allenai/OLMo-2-1124-7B', 'olmo2', 32, 4096, 11008, 32, 32, 128, 100352),
  dense('allenai/OLMoE-1B-7B', 'olmoe', 16, 2048, 1024, 16, 16, 128, 50304, {
    expert_count: 64,
    expert_used_count: 8,
  }),
  dense('HuggingFaceTB/SmolLM3-3B', 'smollm3', 36, 2048, 11008, 16, 4, 128, 128256),
  dense('ibm-granite/granite-3.3-8b', 'granite', 40, 4096, 12800, 32, 8, 128, 49159, {
    embedding_scale: 12.5,
    residual_scale: 0.22,
    logit_scale: 16.5,
    'attention.scale': 0.0078125,
  }),
  {
    ...dense('bigcode/starcoder2-7b', 'starcoder2', 32, 4608, 18432, 36, 4, 128, 49152),
    blocks: [...BIASES, 'attn_output.bias', 'ffn_up.bias', 'ffn_down.bias'],
  },
  {
    ...dense('MiniMaxAI/MiniMax-M2', 'minimax-m2', 62, 3072, 1536, 48, 8, 128, 200064, {
      ...experts(256, 8, 1536),
      expert_gating_func: 2,
    }),
    blocks: ['exp_probs_b.bias'],
  },
  {
    ...dense('deepseek-ai/DeepSeek-V2', 'deepseek2', 60, 5120, 12288, 128, 1, 576, 102400, {
      ...mla(512, 64, 128, 128),
      'attention.q_lora_rank': 1536,
      ...experts(160, 6, 1536, { expert_shared_count: 2, expert_weights_scale: new Float(16) }),
      leading_dense_block_count: 1,
    }),
    file: [],
  },
  {
    ...dense('deepseek-ai/DeepSeek-V3', 'deepseek2', 61, 7168, 18432, 128, 1, 576, 129280, {
      ...mla(512, 64, 128, 128),
      'attention.q_lora_rank': 1536,
      ...experts(256, 8, 2048, {
        expert_shared_count: 1,
        expert_weights_scale: 2.5,
        expert_weights_norm: true,
      }),
      expert_gating_func: 2,
      expert_group_count: 8,
      expert_group_used_count: 4,
      leading_dense_block_count: 3,
    }),
    blocks: ['exp_probs_b.bias'],
  },
  {
    ...dense('moonshotai/Kimi-K2-Instruct', 'deepseek2', 61, 7168, 18432, 64, 1, 576, 163840, {
      ...mla(512, 64, 128, 128),
      'attention.q_lora_rank': 1536,
      ...experts(384, 8, 2048, {
        expert_shared_count: 1,
        expert_weights_scale: 2.827,
        expert_weights_norm: true,
      }),
      expert_gating_func: 2,
      leading_dense_block_count: 1,
    }),
    blocks: ['exp_probs_b.bias'],
  },
  {
    ...dense('Qwen/Qwen3.5-27B', 'qwen35', 64, 5120, 17408, 24, 4, 256, 248320, {
      ...ssm(4, 6144, 128, 48, 16),
      full_attention_interval: 4,
      'rope.dimension_sections': [11, 11, 10, 0],
      'rope.dimension_count': 64,
    }),
    blocks: deltaNetBlocks,
  },
  {
    ...dense('Qwen/Qwen3.5-35B-A3B', 'qwen35moe', 40, 2048, 512, 16, 2, 256, 248320, {
      ...ssm(4, 4096, 128, 32, 16),
      ...experts(256, 8, 512, { expert_shared_feed_forward_length: 512 }),
      full_attention_interval: 4,
      'rope.dimension_sections': [11, 11, 10, 0],
      'rope.dimension_count': 64,
    }),
    blocks: deltaNetBlocks,
  },
  ...[
    ['google/gemma-4-31B-it', gemma4(60, 6, 5376, 21504, 32, 16, 4, 1024, 0, 0)],
    [
      'google/gemma-4-26B-A4B-it',
      { ...gemma4(30, 6, 2816, 2112, 16, 8, 2, 1024, 0, 0), ...experts(128, 8, 704) },
      ['ffn_gate_inp.weight', 'ffn_gate_up_exps.weight', 'ffn_down_exps.scale'],
    ],
    ['google/gemma-4-E4B-it', gemma4(42, 6, 2560, 10240, 8, 2, 2, 512, 18, 256)],
  ].map(([id, metadata, more = []]) => ({
    id,
    architecture: 'gemma4',
    layers: metadata['attention.sliding_window_pattern'].length,
    metadata,
    file: ['rope_freqs.weight'],
    blocks: (index) => [
      'layer_output_scale.weight',
      ...(metadata['attention.sliding_window_pattern'][index] || metadata.embedding_length_per_layer_input > 0
        ? ['attn_v.weight']
        : []),
      ...more,
    ],
  })),
];

/** Sizes of no model in particular for those that caches do not depend on. */
const SOME_SIZES = { feed_forward_length: 4096, vocab_size: 64000 };
const SOME_EXPERTS = {
  expert_count: 32,
  expert_used_count: 4,
  expert_feed_forward_length: 768,
  expert_shared_feed_forward_length: 768,
};

/** One model of each architecture of which none is above. */
export const OTHERS = [...MODELS, ...SHAPES]
  .filter(({ gguf }) => PLANNED.every(({ architecture }) => architecture !== gguf))
  .filter(({ gguf }, index, all) => all.findIndex((one) => one.gguf === gguf) === index)
  .map((model) => {
    const { metadata } = model;
    const sizes = {
      ...(Array.isArray(metadata.feed_forward_length) ? { vocab_size: SOME_SIZES.vocab_size } : SOME_SIZES),
      ...(metadata.expert_count !== undefined && SOME_EXPERTS),
    };
    const changed = { ...model, metadata: { ...metadata, ...sizes } };
    return {
      id: `some ${model.gguf}`,
      architecture: model.gguf,
      question: {
        metadata: { 'tokenizer.ggml.model': 'none', ...metadataOf(changed) },
        kinds: kindsOf(model),
        optional: optionalOf(model),
      },
    };
  });

/** What the engine is asked: the file's metadata, a word for the kind of each block, tensors beside those that it names. */
export function questionOf({ question, architecture, layers, metadata, blocks = [], file = [] }) {
  if (question !== undefined) return question;
  const dense = metadata.leading_dense_block_count ?? 0;
  const whole = {
    block_count: layers,
    context_length: 131072,
    'attention.layer_norm_rms_epsilon': 1e-5,
    'attention.layer_norm_epsilon': 1e-5,
    ...metadata,
  };
  return {
    metadata: {
      'general.architecture': architecture,
      'tokenizer.ggml.model': 'none',
      ...Object.fromEntries(Object.entries(whole).map(([key, value]) => [`${architecture}.${key}`, value])),
    },
    kinds: repeat(layers, (index) =>
      index < dense ? 'dense' : `block ${(index + 1) % (metadata.full_attention_interval ?? 1)}`,
    ),
    optional: [
      ...file,
      ...repeat(layers, (index) =>
        (typeof blocks === 'function' ? blocks(index) : blocks)
          .filter((name) => index >= dense || !/exp/.test(name))
          .map((name) => `blk.${index}.${name}`),
      ).flat(),
    ],
  };
}
