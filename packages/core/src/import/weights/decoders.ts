import type { Layer } from '../../layer.js';
import { type Config, field, integer, optionalInteger } from '../fields.js';
import { attentionTensors, type Flag, latentAttentionTensors } from './attention.js';
import { type DecoderStyle, isIndexed, isRecurrent, type LayerTensors } from './decoder.js';
import {
  type DenseStyle,
  denseTensors,
  type ExpertStyle,
  expertTensors,
  isAfterDense,
  isErnieSparse,
  isSparseStep,
  sharedExperts,
} from './feed-forward.js';
import { firstInteger, flag } from './fields.js';
import { gemma4Text } from './gemma4.js';
import { MAMBA_DECODERS } from './mamba.js';
import { gatedDeltaNetTensors, shortConvolutionTensors } from './recurrent.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** A dense layer of `intermediate_size`. */
function dense(style: DenseStyle = {}): LayerTensors {
  return (config) => denseTensors(config, integer(config, 'intermediate_size'), style);
}

/** Up and down without a gate, of four times the hidden size where nothing else is said. */
function fourfold(key: string | undefined, bias: Flag): LayerTensors {
  return (config) => {
    const stated = key === undefined ? undefined : optionalInteger(config, key);
    return denseTensors(config, stated ?? 4 * integer(config, 'hidden_size'), { gated: false, bias });
  };
}

function experts(style: ExpertStyle): LayerTensors {
  return (config) => expertTensors(config, style);
}

/** Experts in some layers, dense ones in the others. */
function mixed(
  isSparse: (config: Config, index: number) => boolean,
  style: ExpertStyle,
  denseStyle: DenseStyle = {},
): LayerTensors {
  const plain = dense(denseStyle);
  return (config, index, layer, layers) =>
    isSparse(config, index) ? expertTensors(config, style) : plain(config, index, layer, layers);
}

const latent: LayerTensors = (config, _, layer) => latentAttentionTensors(config, isIndexed(layer));

/** Where `attention_bias` is for queries, keys, values and output, or for all but the output. */
const BIAS: Flag = ['attention_bias', false];
const ALL_BIAS = { qkvBias: BIAS, outputBias: BIAS };
const LLAMA: DecoderStyle = { attention: ALL_BIAS, feedForward: dense({ bias: ['mlp_bias', false] }) };
const QWEN3: DecoderStyle = { attention: { ...ALL_BIAS, qkNorm: 'head' }, feedForward: dense() };
const QWEN3_MOE: DecoderStyle = {
  attention: { ...ALL_BIAS, qkNorm: 'head' },
  feedForward: mixed(isSparseStep, { size: 'moe_intermediate_size' }),
};
const PLAIN: DecoderStyle = { feedForward: dense() };

const DEEPSEEK_EXPERTS: ExpertStyle = {
  size: 'moe_intermediate_size',
  correction: true,
  shared: sharedExperts('n_shared_experts', 'moe_intermediate_size'),
};
const DEEPSEEK: DecoderStyle = { attention: latent, feedForward: mixed(isAfterDense, DEEPSEEK_EXPERTS) };

const QWEN_SHARED: ExpertStyle = {
  size: 'moe_intermediate_size',
  shared: (config) => integer(config, 'shared_expert_intermediate_size'),
  sharedGate: true,
};

/**
 * What decoders are made of, by `model_type`: the modules of the class of that type and what they default to.
 *
 * Source: huggingface/transformers, `models/<type>/modeling_*.py` and `configuration_*.py` of each type, 5.23.0. Each row is
 * checked against the class itself, made on PyTorch's meta device (`tooling/transformers/parameter_counts.py`). Types
 * that transformers does not have are checkpoints of the class that is named beside them.
 */
export const DECODERS: Readonly<Record<string, DecoderStyle>> = {
  ...MAMBA_DECODERS,
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
  bloom: {
    tied: true,
    norm: 'layer',
    attention: { qkvBias: true, outputBias: true },
    feedForward: fourfold(undefined, true),
    once: (config) => [vector('word_embeddings_layernorm', 2 * integer(config, 'hidden_size'))],
  },
  cohere: {
    tied: true,
    norms: 1,
    attention: { ...ALL_BIAS, qkNorm: { flag: 'use_qk_norm', size: 'heads' } },
    feedForward: dense(),
  },
  cohere2: { tied: true, norms: 1, attention: ALL_BIAS, feedForward: dense() },
  cwm: { feedForward: dense({ bias: ['mlp_bias', false] }) },
  deepseek_v2: {
    attention: latent,
    feedForward: mixed(
      isAfterDense,
      {
        size: 'moe_intermediate_size',
        shared: sharedExperts('n_shared_experts', 'moe_intermediate_size'),
        sharedBias: ['mlp_bias', false],
      },
      { bias: ['mlp_bias', false] },
    ),
  },
  deepseek_v3: DEEPSEEK,
  deepseek_v32: DEEPSEEK,
  ernie4_5: {
    tied: true,
    attention: { qkvBias: ['use_bias', false], outputBias: ['use_bias', false] },
    feedForward: dense({ bias: ['use_bias', false] }),
  },
  ernie4_5_moe: {
    tied: true,
    attention: { qkvBias: ['use_bias', false], outputBias: ['use_bias', false] },
    feedForward: mixed(
      isErnieSparse,
      {
        size: 'moe_intermediate_size',
        correction: true,
        shared: sharedExperts('moe_num_shared_experts', 'moe_intermediate_size'),
        sharedBias: ['use_bias', false],
      },
      { bias: ['use_bias', false] },
    ),
    headBias: ['use_bias', false],
  },
  exaone4: { attention: { qkNorm: 'head' }, feedForward: dense() },
  falcon: {
    tied: true,
    norm: 'layer',
    norms: falconNorms,
    attention: (config) =>
      attentionTensors(
        { ...config, num_key_value_heads: falconKeyValueHeads(config) },
        { qkvBias: ['bias', false], outputBias: ['bias', false] },
      ),
    feedForward: fourfold('ffn_hidden_size', ['bias', false]),
  },
  flex_olmo: {
    attention: { ...ALL_BIAS, qkNorm: 'heads' },
    feedForward: experts({ size: 'intermediate_size' }),
  },
  gemma: { tied: true, attention: ALL_BIAS, feedForward: dense() },
  gemma2: { tied: true, norms: 4, attention: ALL_BIAS, feedForward: dense() },
  gemma3_text: { tied: true, norms: 4, attention: { ...ALL_BIAS, qkNorm: 'head' }, feedForward: dense() },
  gemma4_text: gemma4Text,
  glm: { attention: { qkvBias: ['attention_bias', true] }, feedForward: dense() },
  glm4: { norms: 4, attention: { qkvBias: ['attention_bias', true] }, feedForward: dense() },
  glm4_moe: {
    attention: { qkvBias: BIAS, qkNorm: { flag: 'use_qk_norm', size: 'head' } },
    feedForward: mixed(isAfterDense, DEEPSEEK_EXPERTS),
  },
  glm4_moe_lite: DEEPSEEK,
  glm_moe_dsa: DEEPSEEK,
  gpt2: {
    tied: true,
    norm: 'layer',
    attention: { qkvBias: true, outputBias: true },
    feedForward: fourfold('n_inner', true),
    once: learnedPositions('n_positions', 0),
  },
  gpt_bigcode: {
    tied: true,
    norm: 'layer',
    attention: (config) =>
      attentionTensors(
        {
          ...config,
          num_key_value_heads: flag(config, 'multi_query', true) ? 1 : integer(config, 'num_attention_heads'),
        },
        { qkvBias: true, outputBias: true },
      ),
    feedForward: fourfold('n_inner', true),
    once: learnedPositions('n_positions', 0),
  },
  gpt_neox: {
    norm: 'layer',
    attention: { qkvBias: ['attention_bias', true], outputBias: ['attention_bias', true] },
    feedForward: fourfold('intermediate_size', true),
  },
  gpt_oss: {
    attention: { qkvBias: ['attention_bias', true], outputBias: ['attention_bias', true], sinks: true },
    feedForward: experts({ size: 'intermediate_size', bias: true }),
  },
  gptj: { norm: 'layer', norms: 1, feedForward: fourfold('n_inner', true), headBias: true },
  granite: LLAMA,
  granitemoe: { attention: ALL_BIAS, feedForward: experts({ size: 'intermediate_size' }) },
  granitemoeshared: {
    attention: ALL_BIAS,
    feedForward: experts({
      size: 'intermediate_size',
      shared: (config) => optionalInteger(config, 'shared_intermediate_size', 0) ?? 0,
    }),
  },
  helium: { attention: { qkvBias: BIAS }, feedForward: dense({ bias: ['mlp_bias', false] }) },
  // Kimi K2 is DeepseekV3ForCausalLM.
  kimi_k2: DEEPSEEK,
  lfm2: {
    tied: true,
    attention: (config, _, layer) =>
      isRecurrent(layer) ? shortConvolutionTensors(config) : attentionTensors(config, { qkNorm: 'head' }),
    feedForward: (config) => denseTensors(config, lfm2Intermediate(config)),
  },
  llama: LLAMA,
  minimax_m2: {
    attention: { qkNorm: 'heads' },
    feedForward: experts({ size: 'intermediate_size', correction: true }),
  },
  ministral3: PLAIN,
  mistral: PLAIN,
  mixtral: { feedForward: experts({ size: 'intermediate_size' }) },
  nemotron: {
    norm: 'layer',
    attention: ALL_BIAS,
    feedForward: dense({ gated: false, bias: ['mlp_bias', false] }),
  },
  olmo: { norm: 'none', attention: ALL_BIAS, feedForward: dense() },
  olmo2: { attention: { ...ALL_BIAS, qkNorm: 'heads' }, feedForward: dense() },
  olmo3: { attention: { ...ALL_BIAS, qkNorm: 'heads' }, feedForward: dense() },
  olmoe: { attention: { ...ALL_BIAS, qkNorm: 'heads' }, feedForward: experts({ size: 'intermediate_size' }) },
  opt: {
    tied: true,
    norm: 'layer',
    attention: { qkvBias: ['enable_bias', true], outputBias: ['enable_bias', true] },
    feedForward: (config) =>
      denseTensors(config, integer(config, 'ffn_dim'), { gated: false, bias: ['enable_bias', true] }),
    norms: (config) => (flag(config, 'layer_norm_elementwise_affine', true) ? 2 : 0),
    finalNorms: optFinalNorms,
    embeddingSize: optEmbeddingSize,
    once: optOnce,
  },
  phi: {
    norm: 'layer',
    norms: 1,
    attention: (config) => [
      ...attentionTensors(config, { qkvBias: true, outputBias: true }),
      ...(flag(config, 'qk_layernorm') ? [vector('self_attn.qk_norm', 4 * headSize(config))] : []),
    ],
    feedForward: dense({ gated: false, bias: true }),
    headBias: true,
  },
  phi3: PLAIN,
  phimoe: {
    norm: 'layer',
    attention: ALL_BIAS,
    feedForward: experts({ size: 'intermediate_size' }),
    headBias: ['lm_head_bias', false],
  },
  qwen2: { attention: { qkvBias: true }, feedForward: dense() },
  qwen2_moe: { attention: { qkvBias: ['qkv_bias', true] }, feedForward: mixed(isSparseStep, QWEN_SHARED) },
  qwen3: QWEN3,
  qwen3_moe: QWEN3_MOE,
  qwen3_5_moe_text: { attention: qwenHybrid, feedForward: experts(QWEN_SHARED) },
  qwen3_5_text: { attention: qwenHybrid, feedForward: dense() },
  qwen3_next: { attention: qwenHybrid, feedForward: mixed(isSparseStep, QWEN_SHARED) },
  qwen3_vl_moe_text: QWEN3_MOE,
  qwen3_vl_text: QWEN3,
  seed_oss: {
    attention: { qkvBias: ['attention_bias', true], outputBias: ['attention_out_bias', false] },
    feedForward: dense({ bias: ['mlp_bias', false] }),
  },
  smollm3: { ...LLAMA, tied: true },
  stablelm: {
    norm: 'layer',
    norms: (config) => (flag(config, 'use_parallel_residual') ? 1 : 2),
    attention: { qkvBias: ['use_qkv_bias', false], qkNorm: { flag: 'qk_layernorm', size: 'heads' } },
    feedForward: dense(),
  },
  starcoder2: {
    tied: true,
    norm: 'layer',
    attention: { qkvBias: ['use_bias', true], outputBias: ['use_bias', true] },
    feedForward: dense({ gated: false, bias: ['use_bias', true] }),
  },
};

/** A gated delta net, or attention with a gate for each query. */
function qwenHybrid(config: Config, _: number, layer: Layer): readonly Tensors[] {
  return isRecurrent(layer)
    ? gatedDeltaNetTensors(config)
    : attentionTensors(config, { ...ALL_BIAS, qkNorm: 'head', queryGate: true });
}

function headSize(config: Config): number {
  return integer(config, 'hidden_size') / integer(config, 'num_attention_heads');
}

function learnedPositions(key: string, more: number): (config: Config) => readonly Tensors[] {
  return (config) => [
    tensors(
      'embedding',
      'embed_positions',
      firstInteger(config, ['max_position_embeddings', key]) + more,
      integer(config, 'hidden_size'),
    ),
  ];
}

function optFinalNorms(config: Config): number {
  const hasOne = flag(config, 'do_layer_norm_before', true) && !flag(config, '_remove_final_layer_norm');
  return hasOne && flag(config, 'layer_norm_elementwise_affine', true) ? 1 : 0;
}

function optEmbeddingSize(config: Config): number {
  return firstInteger(config, ['word_embed_proj_dim', 'hidden_size']);
}

/** Positions from 2 on, projections from and to a narrower embedding. */
function optOnce(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const width = optEmbeddingSize(config);
  return [
    ...learnedPositions('max_position_embeddings', 2)(config),
    ...(width === hidden
      ? []
      : [...linear('project_in', hidden, width), ...linear('project_out', width, hidden)]),
  ];
}

/** `num_ln_in_parallel_attn`, or 2 with the new architecture, 1 with parallel attention, else 2. */
function falconNorms(config: Config): number {
  const isNew = flag(config, 'new_decoder_architecture');
  return (
    optionalInteger(config, 'num_ln_in_parallel_attn') ??
    (isNew || !flag(config, 'parallel_attn', true) ? 2 : 1)
  );
}

function falconKeyValueHeads(config: Config): number {
  const heads = integer(config, 'num_attention_heads');
  if (flag(config, 'new_decoder_architecture')) {
    return optionalInteger(config, 'num_kv_heads') ?? heads;
  }
  return flag(config, 'multi_query', true) ? 1 : heads;
}

/** Two thirds of the block's size, times a factor, rounded up. */
function lfm2Intermediate(config: Config): number {
  const stated = firstInteger(config, ['intermediate_size', 'block_ff_dim']);
  if (!flag(config, 'block_auto_adjust_ff_dim', true)) {
    return stated;
  }
  const factor = Object.hasOwn(config, 'block_ffn_dim_multiplier')
    ? field(config, 'block_ffn_dim_multiplier')
    : 1;
  const twoThirds = Math.floor((2 * stated) / 3);
  const size = typeof factor === 'number' ? Math.floor(factor * twoThirds) : twoThirds;
  const multiple = optionalInteger(config, 'block_multiple_of') ?? 256;
  return typeof factor === 'number' ? Math.ceil(size / multiple) * multiple : size;
}
