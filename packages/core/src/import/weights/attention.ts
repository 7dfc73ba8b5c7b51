import { type Config, field, integer, optionalInteger } from '../fields.js';
import { headDimOf } from '../heads.js';
import { flag } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** How the attention of a family differs from four plain matrices. */
export interface AttentionStyle {
  /** Whether queries, keys and values have a bias, or the flag that says so and its default. */
  readonly qkvBias?: Flag;
  readonly outputBias?: Flag;
  /** Norms of queries and keys: one of a head's size each, one for each head, or of all heads together. */
  readonly qkNorm?: 'head' | 'heads' | { readonly flag: string; readonly size: 'head' | 'heads' };
  /** Qwen3-Next: each query brings a gate of its size. */
  readonly queryGate?: true;
  /** gpt-oss: one number for each head. */
  readonly sinks?: true;
}

/** Always or never, or a field of the config with what it is when absent. */
export type Flag = boolean | readonly [key: string, byDefault: boolean];

/** Whether a flag is on in a config. */
export function isOn(config: Config, value: Flag | undefined): boolean {
  return typeof value === 'object' ? flag(config, ...value) : value === true;
}

/** Query, key, value and output matrices; fused ones have the same numbers in one. */
export function attentionTensors(config: Config, style: AttentionStyle): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  const keyValueHeads = optionalInteger(config, 'num_key_value_heads') ?? heads;
  const headDim = headDimOf(config);
  const qkvBias = isOn(config, style.qkvBias);
  const queries = heads * headDim;
  return [
    ...linear('self_attn.q_proj', style.queryGate ? 2 * queries : queries, hidden, qkvBias),
    ...linear('self_attn.k_proj', keyValueHeads * headDim, hidden, qkvBias),
    ...linear('self_attn.v_proj', keyValueHeads * headDim, hidden, qkvBias),
    ...linear('self_attn.o_proj', hidden, queries, isOn(config, style.outputBias)),
    ...qkNorm(config, style, heads + keyValueHeads, headDim),
    ...(style.sinks ? [vector('self_attn.sinks', heads)] : []),
  ];
}

function qkNorm(
  config: Config,
  { qkNorm }: AttentionStyle,
  heads: number,
  headDim: number,
): readonly Tensors[] {
  const size = typeof qkNorm === 'object' ? (flag(config, qkNorm.flag) ? qkNorm.size : undefined) : qkNorm;
  return size === undefined
    ? []
    : [vector('self_attn.qk_norm', size === 'head' ? 2 * headDim : heads * headDim)];
}

/**
 * Multi-head latent attention: queries through a latent of `q_lora_rank` where that is set, keys and values through one
 * of `kv_lora_rank`.
 *
 * @param indexer whether the layer has a sparse-attention indexer of its own.
 */
export function latentAttentionTensors(config: Config, indexer: boolean): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  const rank = integer(config, 'kv_lora_rank');
  const rope = integer(config, 'qk_rope_head_dim');
  const nope = integer(config, 'qk_nope_head_dim');
  const value = integer(config, 'v_head_dim');
  const queryRank = field(config, 'q_lora_rank') === undefined ? undefined : integer(config, 'q_lora_rank');
  const bias = flag(config, 'attention_bias');
  const queries = heads * (nope + rope);
  return [
    ...(queryRank === undefined
      ? linear('self_attn.q_proj', queries, hidden)
      : [
          ...linear('self_attn.q_a_proj', queryRank, hidden, bias),
          vector('self_attn.q_a_layernorm', queryRank),
          ...linear('self_attn.q_b_proj', queries, queryRank),
        ]),
    ...linear('self_attn.kv_a_proj_with_mqa', rank + rope, hidden, bias),
    vector('self_attn.kv_a_layernorm', rank),
    ...linear('self_attn.kv_b_proj', heads * (nope + value), rank),
    ...linear('self_attn.o_proj', hidden, heads * value, bias),
    ...(indexer && queryRank !== undefined ? indexerTensors(config, hidden, queryRank) : []),
  ];
}

function indexerTensors(config: Config, hidden: number, queryRank: number): readonly Tensors[] {
  const heads = integer(config, 'index_n_heads');
  const headDim = integer(config, 'index_head_dim');
  return [
    ...linear('self_attn.indexer.wq_b', heads * headDim, queryRank),
    ...linear('self_attn.indexer.wk', headDim, hidden),
    vector('self_attn.indexer.k_norm', 2 * headDim),
    // Stored in 16 bits by every checkpoint, whatever quantizes the rest.
    tensors('other', 'self_attn.indexer.weights_proj', heads, hidden),
  ];
}
