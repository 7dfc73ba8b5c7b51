import { Float } from '../gguf.mjs';
import { everyLast, heads, repeat } from '../models.mjs';

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
const BIASES = ['attn_q.bias', 'attn_k.bias', 'attn_v.bias'];
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
    ...dense(
      'mistralai/Mixtral-8x7B-v0.1',
      'llama',
      32,
      4096,
      14336,
      32,
      8,
      128,
      32000,
      experts(8, 2, 14336),
    ),
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
  dense('allenai/OLMoE-1B-7B', 'olmoe', 16, 2048, 1024, 16, 16, 128, 50304, experts(64, 8, 1024)),
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
];

/** What the engine is asked: the file's metadata, a word for the kind of each block, tensors beside those that it names. */
export function questionOf({ architecture, layers, metadata, blocks = [], file = [] }) {
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
    kinds: repeat(layers, (index) => (index < dense ? 'dense' : 'block')),
    optional: [
      ...file,
      ...repeat(layers, (index) =>
        blocks.filter((name) => index >= dense || !/exp/.test(name)).map((name) => `blk.${index}.${name}`),
      ).flat(),
    ],
  };
}
