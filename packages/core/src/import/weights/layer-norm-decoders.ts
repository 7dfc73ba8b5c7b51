import { type Config, field, integer, optionalInteger, optionalObject, wrong } from '../fields.js';
import { attentionTensors, type Flag } from './attention.js';
import type { DecoderStyle, LayerTensors } from './decoder.js';
import { ALL_BIAS, dense } from './decoder-parts.js';
import { denseTensors } from './feed-forward.js';
import { firstInteger, flag } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** Decoders that norm with a bias, up and down without a gate in most: the line of GPT-2, Falcon, Phi and OPT. */
export const LAYER_NORM_DECODERS: Readonly<Record<string, DecoderStyle>> = {
  bloom: {
    named: (config) => ({ ...config, hidden_size: field(config, 'n_embed') ?? config.hidden_size }),
    tied: true,
    norm: 'layer',
    attention: { qkvBias: true, outputBias: true },
    feedForward: fourfold(undefined, true),
    once: (config) => [vector('word_embeddings_layernorm', 2 * integer(config, 'hidden_size'))],
  },
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
  gptj: { norm: 'layer', norms: 1, feedForward: fourfold('n_inner', true), headBias: true },
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

/** Up and down without a gate, of four times the hidden size where nothing else is said. */
function fourfold(key: string | undefined, bias: Flag): LayerTensors {
  return (config) => {
    const stated = key === undefined ? undefined : optionalInteger(config, key);
    return denseTensors(config, stated ?? 4 * integer(config, 'hidden_size'), { gated: false, bias });
  };
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

/** MPT as transformers has it: positions by ALiBi, heads of their own keys and values, norms without a bias. */
function mptNames(config: Config): Config {
  const attention = optionalObject(config, 'attn_config') ?? {};
  const alibi = field(attention, 'alibi') ?? true;
  if (alibi !== true || flag(attention, 'qk_ln') || field(attention, 'kv_n_heads') !== undefined) {
    throw wrong('attn_config', attention, 'that of an MPT with ALiBi and multi-head attention');
  }
  return config;
}
