import { integer } from '../fields.js';
import { attentionTensors } from './attention.js';
import type { DecoderStyle, LayerTensors } from './decoder.js';
import { ALL_BIAS, BIAS, dense, qwenHybrid } from './decoder-parts.js';
import { denseTensors } from './feed-forward.js';
import { gemma4Text } from './gemma4.js';
import { type Tensors, tensors, vector } from './tensors.js';

const LLAMA: DecoderStyle = { attention: ALL_BIAS, feedForward: dense({ bias: ['mlp_bias', false] }) };

const QWEN3: DecoderStyle = { attention: { ...ALL_BIAS, qkNorm: 'head' }, feedForward: dense() };

const QWEN2: DecoderStyle = { attention: { qkvBias: true }, feedForward: dense() };

const PLAIN: DecoderStyle = { feedForward: dense() };

/** Decoders of Llama's line: one dense feed-forward layer after each attention, norms of one weight a channel. */
export const DENSE_DECODERS: Readonly<Record<string, DecoderStyle>> = {
  apertus: {
    attention: { ...ALL_BIAS, qkNorm: 'head' },
    feedForward: (config) => [
      ...denseTensors(config, integer(config, 'intermediate_size'), {
        gated: false,
        bias: ['mlp_bias', false],
      }),
      // Of the activation xIELU: two weights and two constants.
      vector('mlp.act_fn', 4),
    ],
  },
  arcee: { attention: ALL_BIAS, feedForward: dense({ gated: false, bias: ['mlp_bias', false] }) },
  cohere: {
    tied: true,
    norms: 1,
    attention: { ...ALL_BIAS, qkNorm: { flag: 'use_qk_norm', size: 'heads' } },
    feedForward: dense(),
  },
  cohere2: { tied: true, norms: 1, attention: ALL_BIAS, feedForward: dense() },
  cwm: { feedForward: dense({ bias: ['mlp_bias', false] }) },
  ernie4_5: {
    tied: true,
    attention: { qkvBias: ['use_bias', false], outputBias: ['use_bias', false] },
    feedForward: dense({ bias: ['use_bias', false] }),
  },
  exaone4: { attention: { qkNorm: 'head' }, feedForward: dense() },
  gemma: { tied: true, attention: ALL_BIAS, feedForward: dense() },
  gemma2: { tied: true, norms: 4, attention: ALL_BIAS, feedForward: dense() },
  gemma3_text: { tied: true, norms: 4, attention: { ...ALL_BIAS, qkNorm: 'head' }, feedForward: dense() },
  gemma4_text: gemma4Text,
  glm: { attention: { qkvBias: ['attention_bias', true] }, feedForward: dense() },
  glm4: { norms: 4, attention: { qkvBias: ['attention_bias', true] }, feedForward: dense() },
  granite: LLAMA,
  helium: { attention: { qkvBias: BIAS }, feedForward: dense({ bias: ['mlp_bias', false] }) },
  hunyuan_v1_dense: { attention: { ...ALL_BIAS, qkNorm: 'head' }, feedForward: dense() },
  llama: LLAMA,
  ministral3: PLAIN,
  mistral: PLAIN,
  mllama_text_model: {
    attention: mllamaAttention,
    feedForward: dense(),
    // Tokens that stand for images, which the head does not know.
    once: (config) => [tensors('embedding', 'embed_tokens', 8, integer(config, 'hidden_size'))],
  },
  olmo: { norm: 'none', attention: ALL_BIAS, feedForward: dense() },
  olmo2: { attention: { ...ALL_BIAS, qkNorm: 'heads' }, feedForward: dense() },
  olmo3: { attention: { ...ALL_BIAS, qkNorm: 'heads' }, feedForward: dense() },
  phi3: PLAIN,
  qwen2: QWEN2,
  qwen2_5_vl: QWEN2,
  qwen2_5_vl_text: QWEN2,
  qwen3: QWEN3,
  qwen3_5_text: { attention: qwenHybrid, feedForward: dense() },
  qwen3_vl_text: QWEN3,
  seed_oss: {
    attention: { qkvBias: ['attention_bias', true], outputBias: ['attention_out_bias', false] },
    feedForward: dense({ bias: ['mlp_bias', false] }),
  },
  smollm3: { ...LLAMA, tied: true },
};

/** Layers that attend to an image norm queries and keys, and gate both halves. */
function mllamaAttention(...[config, , layer]: Parameters<LayerTensors>): readonly Tensors[] {
  return layer.kind === 'cross'
    ? [...attentionTensors(config, { qkNorm: 'head' }), vector('cross_attn_gates', 2)]
    : attentionTensors(config, {});
}
