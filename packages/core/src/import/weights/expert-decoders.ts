import { type Config, field, integer, optionalInteger, optionalObject } from '../fields.js';
import { attentionTensors, latentAttentionTensors } from './attention.js';
import { type DecoderStyle, isIndexed, type LayerTensors } from './decoder.js';
import { ALL_BIAS, BIAS, dense, qwenHybrid } from './decoder-parts.js';
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
import { linear, type Tensors, tensors, vector } from './tensors.js';

const QWEN3_MOE: DecoderStyle = {
  attention: { ...ALL_BIAS, qkNorm: 'head' },
  feedForward: mixed(isSparseStep, { size: 'moe_intermediate_size' }),
};

const DEEPSEEK_EXPERTS: ExpertStyle = {
  size: 'moe_intermediate_size',
  correction: true,
  shared: sharedExperts('n_shared_experts', 'moe_intermediate_size'),
};

const latent: LayerTensors = (config, _, layer) => latentAttentionTensors(config, isIndexed(layer));

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

/** Decoders with mixtures of experts, in all layers or some. */
export const EXPERT_DECODERS: Readonly<Record<string, DecoderStyle>> = {
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
  flex_olmo: {
    attention: { ...ALL_BIAS, qkNorm: 'heads' },
    feedForward: experts({ size: 'intermediate_size' }),
  },
  glm4_moe: {
    attention: { qkvBias: BIAS, qkNorm: { flag: 'use_qk_norm', size: 'head' } },
    feedForward: mixed(isAfterDense, DEEPSEEK_EXPERTS),
  },
  glm4_moe_lite: DEEPSEEK,
  glm_moe_dsa: DEEPSEEK,
  gpt_oss: {
    attention: { qkvBias: ['attention_bias', true], outputBias: ['attention_bias', true], sinks: true },
    feedForward: experts({ size: 'intermediate_size', bias: true }),
  },
  granitemoe: { attention: ALL_BIAS, feedForward: experts({ size: 'intermediate_size' }) },
  granitemoeshared: {
    attention: ALL_BIAS,
    feedForward: experts({
      size: 'intermediate_size',
      shared: (config) => optionalInteger(config, 'shared_intermediate_size', 0) ?? 0,
    }),
  },
  hunyuan_v1_moe: {
    attention: { ...ALL_BIAS, qkNorm: 'head' },
    feedForward: experts({
      size: 'intermediate_size',
      shared: (config) => integer(config, 'intermediate_size'),
    }),
  },
  // Kimi K2 is DeepseekV3ForCausalLM.
  kimi_k2: DEEPSEEK,
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
  mixtral: { feedForward: experts({ size: 'intermediate_size' }) },
  olmoe: { attention: { ...ALL_BIAS, qkNorm: 'heads' }, feedForward: experts({ size: 'intermediate_size' }) },
  phimoe: {
    norm: 'layer',
    attention: ALL_BIAS,
    feedForward: experts({ size: 'intermediate_size' }),
    headBias: ['lm_head_bias', false],
  },
  qwen2_moe: { attention: { qkvBias: ['qkv_bias', true] }, feedForward: mixed(isSparseStep, QWEN_SHARED) },
  qwen3_moe: QWEN3_MOE,
  qwen3_5_moe_text: { attention: qwenHybrid, feedForward: experts(QWEN_SHARED) },
  qwen3_next: { attention: qwenHybrid, feedForward: mixed(isSparseStep, QWEN_SHARED) },
  qwen3_vl_moe_text: QWEN3_MOE,
};

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

function twice(all: readonly Tensors[]): readonly Tensors[] {
  return [...all, ...all];
}
