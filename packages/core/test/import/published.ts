/** One published config, as far as it decides what a cache holds, and what it must come to. */
export interface Published {
  readonly config: Readonly<Record<string, unknown>>;
  /** Bytes of one more token at a context of 200,000 tokens, beyond every window. */
  readonly bytesPerToken: number;
  readonly picture: string;
}

const attention = (
  model_type: string,
  num_hidden_layers: number,
  hidden_size: number,
  num_attention_heads: number,
  rest: Readonly<Record<string, unknown>> = {},
) => ({ model_type, num_hidden_layers, hidden_size, num_attention_heads, torch_dtype: 'bfloat16', ...rest });

const MLA = { kv_lora_rank: 512, qk_rope_head_dim: 64, qk_nope_head_dim: 128, v_head_dim: 128 };

/**
 * Fields as published under each id on Hugging Face. Bytes are the layers times the elements that the model's code
 * caches for a token (heads x size, keys and values; or latent and rotary key), times 2 for bf16.
 *
 * Known from elsewhere too: DeepSeek-V3 70,272 bytes (70.272 KB), Qwen-2.5-72B 327.680 KB and Llama-3.1-405B 516.096 KB
 * for each token (arXiv:2505.09343, table 1).
 */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  'openai-community/gpt2': {
    config: { model_type: 'gpt2', n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024 },
    bytesPerToken: 12 * 2 * 768 * 2,
    picture: '12x full',
  },
  'EleutherAI/gpt-j-6b': {
    config: { model_type: 'gptj', n_layer: 28, n_head: 16, n_embd: 4096, torch_dtype: 'float16' },
    bytesPerToken: 28 * 2 * 4096 * 2,
    picture: '28x full',
  },
  'bigscience/bloom': {
    config: {
      model_type: 'bloom',
      n_layer: 70,
      num_attention_heads: 112,
      n_embed: 14336,
      hidden_size: 14336,
    },
    bytesPerToken: 70 * 2 * 14336 * 2,
    picture: '70x full',
  },
  'mosaicml/mpt-7b': {
    config: {
      model_type: 'mpt',
      n_layers: 32,
      n_heads: 32,
      d_model: 4096,
      attn_config: { attn_type: 'multihead_attention' },
    },
    bytesPerToken: 32 * 2 * 4096 * 2,
    picture: '32x full',
  },
  'tiiuae/falcon-7b': {
    config: attention('falcon', 32, 4544, 71, {
      multi_query: true,
      new_decoder_architecture: false,
      num_kv_heads: 71,
    }),
    bytesPerToken: 32 * 2 * 64 * 2,
    picture: '32x full',
  },
  'tiiuae/falcon-40b': {
    config: attention('falcon', 60, 8192, 128, {
      multi_query: true,
      new_decoder_architecture: true,
      num_kv_heads: 8,
    }),
    bytesPerToken: 60 * 2 * 8 * 64 * 2,
    picture: '60x full',
  },
  'bigcode/starcoder': {
    config: { model_type: 'gpt_bigcode', n_layer: 40, n_head: 48, n_embd: 6144, multi_query: true },
    bytesPerToken: 40 * 2 * 128 * 2,
    picture: '40x full',
  },
  'databricks/dbrx-base': {
    config: { model_type: 'dbrx', n_layers: 40, n_heads: 48, d_model: 6144, attn_config: { kv_n_heads: 8 } },
    bytesPerToken: 40 * 2 * 8 * 128 * 2,
    picture: '40x full',
  },
  'THUDM/glm-4-9b-chat': {
    config: {
      model_type: 'chatglm',
      num_layers: 40,
      hidden_size: 4096,
      num_attention_heads: 32,
      kv_channels: 128,
      multi_query_attention: true,
      multi_query_group_num: 2,
    },
    bytesPerToken: 40 * 2 * 2 * 128 * 2,
    picture: '40x full',
  },
  'meta-llama/Llama-3.1-405B': {
    config: attention('llama', 126, 16384, 128, { num_key_value_heads: 8 }),
    bytesPerToken: 516_096,
    picture: '126x full',
  },
  'Qwen/Qwen2.5-72B': {
    config: attention('qwen2', 80, 8192, 64, {
      num_key_value_heads: 8,
      sliding_window: 131072,
      max_window_layers: 70,
      use_sliding_window: false,
    }),
    bytesPerToken: 327_680,
    picture: '80x full',
  },
  'deepseek-ai/DeepSeek-V3': {
    config: attention('deepseek_v3', 61, 7168, 128, {
      num_key_value_heads: 128,
      num_nextn_predict_layers: 1,
      ...MLA,
    }),
    bytesPerToken: 70_272,
    picture: '61x latent',
  },
  'deepseek-ai/DeepSeek-V2-Lite': {
    config: attention('deepseek_v2', 27, 2048, 16, { num_key_value_heads: 16, q_lora_rank: null, ...MLA }),
    bytesPerToken: 27 * 576 * 2,
    picture: '27x latent',
  },
  'deepseek-ai/DeepSeek-V3.2': {
    config: attention('deepseek_v32', 61, 7168, 128, { index_head_dim: 128, ...MLA }),
    bytesPerToken: 61 * (576 + 128) * 2,
    picture: '61x latent with index',
  },
  'meituan-longcat/LongCat-Flash-Chat': {
    config: {
      model_type: 'longcat_flash',
      num_layers: 28,
      hidden_size: 6144,
      num_attention_heads: 64,
      ...MLA,
    },
    bytesPerToken: 28 * 2 * 576 * 2,
    picture: '28x (latent & latent)',
  },
  'mistralai/Mistral-7B-v0.1': {
    config: attention('mistral', 32, 4096, 32, { num_key_value_heads: 8, sliding_window: 4096 }),
    bytesPerToken: 0,
    picture: '32x sliding(4096)',
  },
  'google/gemma-2-9b': {
    config: attention('gemma2', 42, 3584, 16, {
      num_key_value_heads: 8,
      head_dim: 256,
      sliding_window: 4096,
    }),
    bytesPerToken: 21 * 2 * 8 * 256 * 2,
    picture: '1x sliding(4096) + 1x full, x21',
  },
  'google/gemma-3-4b-pt': {
    config: {
      model_type: 'gemma3',
      text_config: {
        model_type: 'gemma3_text',
        hidden_size: 2560,
        num_hidden_layers: 34,
        sliding_window: 1024,
      },
      torch_dtype: 'bfloat16',
    },
    bytesPerToken: 5 * 2 * 4 * 256 * 2,
    picture: '5x sliding(1024) + 1x full, x5, + 4x sliding(1024)',
  },
  'google/gemma-3-27b-pt': {
    config: {
      model_type: 'gemma3',
      text_config: {
        model_type: 'gemma3_text',
        hidden_size: 5376,
        num_hidden_layers: 62,
        num_attention_heads: 32,
        num_key_value_heads: 16,
        head_dim: 128,
        sliding_window: 1024,
      },
    },
    bytesPerToken: 10 * 2 * 16 * 128 * 2,
    picture: '5x sliding(1024) + 1x full, x10, + 2x sliding(1024)',
  },
  'google/gemma-3n-E4B': {
    config: { model_type: 'gemma3n', text_config: { model_type: 'gemma3n_text', num_hidden_layers: 35 } },
    bytesPerToken: 4 * 2 * 2 * 256 * 2,
    picture: '4x sliding(512) + 1x full, x4, + 15x shared',
  },
  'openai/gpt-oss-20b': {
    config: attention('gpt_oss', 24, 2880, 64, { num_key_value_heads: 8, head_dim: 64, sliding_window: 128 }),
    bytesPerToken: 12 * 2 * 8 * 64 * 2,
    picture: '1x sliding(128) + 1x full, x12',
  },
  'CohereLabs/c4ai-command-r7b-12-2024': {
    config: attention('cohere2', 32, 4096, 32, {
      num_key_value_heads: 8,
      sliding_window: 4096,
      sliding_window_pattern: 4,
    }),
    bytesPerToken: 8 * 2 * 8 * 128 * 2,
    picture: '3x sliding(4096) + 1x full, x8',
  },
};
