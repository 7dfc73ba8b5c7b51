import type { Layer } from '../../model/layer.js';
import { type Config, field, integer, optionalInteger, optionalObject, wrong } from '../fields.js';
import { attentionTensors, type Flag, latentAttentionTensors } from './attention.js';
import { type DecoderStyle, isIndexed, isRecurrent, type LayerTensors } from './decoder.js';
import { deepseekV4 } from './deepseek-v4.js';
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
import { LINEAR_DECODERS } from './linear-attention.js';
import { MAMBA_DECODERS } from './mamba.js';
import { gatedDeltaNetTensors } from './recurrent.js';
import { REMOTE_DECODERS } from './remote-code.js';
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
const QWEN2: DecoderStyle = { attention: { qkvBias: true }, feedForward: dense() };
const PLAIN: DecoderStyle = { feedForward: dense() };

const DEEPSEEK_EXPERTS: ExpertStyle = {
  size: 'moe_intermediate_size',
  correction: true,
  shared: sharedExperts('n_shared_experts', 'moe_intermediate_size'),
};
const DEEPSEEK: DecoderStyle = { attention: latent, feedForward: mixed(isAfterDense, DEEPSEEK_EXPERTS) };

const MINIMAX_M3: DecoderStyle = {
  attention: (config, _, layer) => [
    ...attentionTensors(config, { qkNorm: 'head' }),
    ...(isIndexed(layer) ? miniMaxIndexer(config) : []),
  ],
  feedForward: (config, index) =>
    isAfterDense(config, index)
      ? expertTensors(config, {
          size: 'intermediate_size',
          correction: true,
          shared: () => integer(config, 'shared_intermediate_size'),
        })
      : denseTensors(config, integer(config, 'dense_intermediate_size')),
};

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
  ...LINEAR_DECODERS,
  ...MAMBA_DECODERS,
  ...REMOTE_DECODERS,
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
    named: (config) => ({ ...config, hidden_size: field(config, 'n_embed') ?? config.hidden_size }),
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
  dbrx: {
    named: dbrxNames,
    feedForward: experts({ size: 'intermediate_size' }),
  },
  deepseek_ref: deepseekV4,
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
  deepseek_v4: deepseekV4,
  dots1: {
    attention: { ...ALL_BIAS, qkNorm: 'head' },
    feedForward: mixed(isAfterDense, DEEPSEEK_EXPERTS),
  },
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
  hunyuan_v1_dense: { attention: { ...ALL_BIAS, qkNorm: 'head' }, feedForward: dense() },
  hunyuan_v1_moe: {
    attention: { ...ALL_BIAS, qkNorm: 'head' },
    feedForward: experts({
      size: 'intermediate_size',
      shared: (config) => integer(config, 'intermediate_size'),
    }),
  },
  // Kimi K2 is DeepseekV3ForCausalLM.
  kimi_k2: DEEPSEEK,
  llama: LLAMA,
  llama4_text: {
    attention: ALL_BIAS,
    feedForward: (config, index) =>
      isLlama4Sparse(config, index)
        ? expertTensors(config, {
            size: 'intermediate_size',
            shared: () => integer(config, 'intermediate_size'),
          })
        : denseTensors(config, integer(config, 'intermediate_size_mlp')),
  },
  longcat_flash: {
    norms: 4,
    attention: (config) => twice(latentAttentionTensors(config, false)),
    feedForward: longcatFeedForward,
  },
  mimo_v2_flash: {
    attention: mimoV2Attention,
    feedForward: mixed(isAfterDense, { size: 'moe_intermediate_size', correction: true }),
  },
  minimax_m2: {
    attention: { qkNorm: 'heads' },
    feedForward: experts({ size: 'intermediate_size', correction: true }),
  },
  minimax_m3: MINIMAX_M3,
  minimax_m3_vl_text: MINIMAX_M3,
  ministral3: PLAIN,
  mistral: PLAIN,
  mixtral: { feedForward: experts({ size: 'intermediate_size' }) },
  mllama_text_model: {
    attention: mllamaAttention,
    feedForward: dense(),
    // Tokens that stand for images, which the head does not know.
    once: (config) => [tensors('embedding', 'embed_tokens', 8, integer(config, 'hidden_size'))],
  },
  mpt: {
    named: mptNames,
    tied: true,
    attention: {},
    feedForward: fourfold(undefined, false),
  },
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
  qwen2: QWEN2,
  qwen2_5_vl: QWEN2,
  qwen2_5_vl_text: QWEN2,
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

/** The names of DBRX, whose attention and experts have configs of their own. */
function dbrxNames(config: Config): Config {
  const feedForward = optionalObject(config, 'ffn_config') ?? {};
  return {
    ...config,
    num_key_value_heads: optionalInteger(optionalObject(config, 'attn_config') ?? {}, 'kv_n_heads') ?? 1,
    intermediate_size: integer(feedForward, 'ffn_hidden_size'),
    num_experts: integer(feedForward, 'moe_num_experts'),
    num_experts_per_tok: integer(feedForward, 'moe_top_k'),
  };
}

/** MPT as transformers has it: positions by ALiBi, heads of their own keys and values, norms without a bias. */
function mptNames(config: Config): Config {
  const attention = optionalObject(config, 'attn_config') ?? {};
  const alibi = field(attention, 'alibi') ?? true;
  if (alibi !== true || flag(attention, 'qk_ln') || field(attention, 'kv_n_heads') !== undefined) {
    throw wrong('attn_config', attention, 'that of an MPT with ALiBi and multi-head attention');
  }
  return config;
}

function isLlama4Sparse(config: Config, index: number): boolean {
  const listed = field(config, 'moe_layers');
  return Array.isArray(listed)
    ? listed.includes(index)
    : (index + 1) % (optionalInteger(config, 'interleave_moe_layer_step') ?? 1) === 0;
}

/** LongCat: attention and a dense layer twice in each layer, experts once; some experts compute nothing. */
function longcatFeedForward(config: Config): readonly Tensors[] {
  const idle = optionalInteger(config, 'zero_expert_num', 0) ?? 0;
  const routed = integer(config, 'n_routed_experts');
  return [
    ...twice(denseTensors(config, firstInteger(config, ['ffn_hidden_size', 'intermediate_size']))),
    ...expertTensors(config, { size: 'expert_ffn_hidden_size', correction: true }),
    ...(idle === 0
      ? []
      : [
          tensors('other', 'mlp.gate', idle, integer(config, 'hidden_size')),
          vector('mlp.gate.e_score_correction_bias', idle),
        ]),
    ...(flag(config, 'router_bias') ? [vector('mlp.gate', routed + idle)] : []),
  ];
}

function twice(all: readonly Tensors[]): readonly Tensors[] {
  return [...all, ...all];
}

/** Sliding layers have key-value heads of their own number, and sinks. */
function mimoV2Attention(...[config, , layer]: Parameters<LayerTensors>): readonly Tensors[] {
  if (layer.kind !== 'full' && layer.kind !== 'sliding') {
    return [];
  }
  const { numKeyValueHeads, keyHeadDim, valueHeadDim } = layer;
  const hidden = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  const bias = flag(config, 'attention_bias');
  return [
    ...linear('self_attn.q_proj', heads * keyHeadDim, hidden, bias),
    ...linear('self_attn.k_proj', numKeyValueHeads * keyHeadDim, hidden, bias),
    ...linear('self_attn.v_proj', numKeyValueHeads * valueHeadDim, hidden, bias),
    ...linear('self_attn.o_proj', hidden, heads * valueHeadDim),
    ...(layer.kind === 'sliding' ? [vector('self_attn.sinks', heads)] : []),
  ];
}

function miniMaxIndexer(config: Config): readonly Tensors[] {
  const sparse = optionalObject(config, 'sparse_attention_config') ?? {};
  const hidden = integer(config, 'hidden_size');
  const heads = optionalInteger(sparse, 'sparse_num_index_heads') ?? integer(config, 'index_n_heads');
  const headDim = optionalInteger(sparse, 'sparse_index_dim') ?? integer(config, 'index_head_dim');
  return [
    ...linear('self_attn.indexer.q_proj', heads * headDim, hidden),
    ...linear('self_attn.indexer.k_proj', headDim, hidden),
    vector('self_attn.indexer.qk_norm', 2 * headDim),
  ];
}

/** Layers that attend to an image norm queries and keys, and gate both halves. */
function mllamaAttention(...[config, , layer]: Parameters<LayerTensors>): readonly Tensors[] {
  return layer.kind === 'cross'
    ? [...attentionTensors(config, { qkNorm: 'head' }), vector('cross_attn_gates', 2)]
    : attentionTensors(config, {});
}
