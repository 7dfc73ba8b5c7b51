import { type CompressedLayer, memoriesOf } from '../../model/layer.js';
import { type Config, field, integer, optionalInteger } from '../fields.js';
import type { DecoderStyle, LayerTensors } from './decoder.js';
import { type ExpertStyle, expertTensors, sharedExperts } from './feed-forward.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** Layers whose tokens go to the experts of a table, where nothing is said. */
const NUM_HASH_LAYERS = 3;

const EXPERTS: ExpertStyle = {
  size: 'moe_intermediate_size',
  shared: sharedExperts('n_shared_experts', 'moe_intermediate_size'),
  sharedBias: ['mlp_bias', false],
};

/**
 * DeepSeek-V4: queries through a latent, one vector that is key and value, an output projection in `o_groups` groups, a
 * compressor (and an indexer) in compressed layers, hyper-connections of `hc_mult` streams around both halves of a
 * layer, and a table from token to experts instead of the router's correction in the first `num_hash_layers`.
 *
 * Source: huggingface/transformers, `models/deepseek_v4/modeling_deepseek_v4.py` and `configuration_deepseek_v4.py`,
 * 5.23.0. Hyper-connections, sinks and position biases are fp32: sgl-project/sglang, `srt/models/deepseek_v4.py`
 * (`attn_sink`, `hc_*`), 0.5.23.
 */
export const deepseekV4: DecoderStyle = {
  attention,
  feedForward,
  once: (config) => hyperConnection(config, 'hc_head', integer(config, 'hc_mult'), 1),
};

function attention(...[config, _, layer]: Parameters<LayerTensors>): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  const headDim = integer(config, 'head_dim');
  const rank = integer(config, 'q_lora_rank');
  const groups = integer(config, 'o_groups');
  const latent = groups * integer(config, 'o_lora_rank');
  const compressed = memoriesOf(layer).find((memory) => memory.kind === 'compressed');
  return [
    ...linear('attn.wq_a', rank, hidden),
    vector('attn.q_norm', rank),
    ...linear('attn.wq_b', heads * headDim, rank),
    ...linear('attn.wkv', headDim, hidden),
    vector('attn.kv_norm', headDim),
    ...linear('attn.wo_a', latent, (heads * headDim) / groups),
    ...linear('attn.wo_b', hidden, latent),
    single(vector('attn.attn_sink', heads)),
    ...(compressed === undefined ? [] : compressorTensors(config, compressed, rank)),
    ...streamed(config, 'hc_attn'),
    ...streamed(config, 'hc_ffn'),
  ];
}

/** Entries of compressed sparse layers overlap, so that two of them are computed at once. */
function compressorTensors(
  config: Config,
  { compressRatio, headDim, indexer }: CompressedLayer,
  rank: number,
): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const compressor = (module: string, size: number, copies: number) => [
    single(tensors('other', `${module}.ape`, compressRatio, copies * size)),
    // Computed in more than 8 bits, so that no quantizer touches them.
    tensors('other', `${module}.wkv`, copies * size, hidden),
    tensors('other', `${module}.wgate`, copies * size, hidden),
    vector(`${module}.norm`, size),
  ];
  if (indexer === undefined) {
    return compressor('attn.compressor', headDim, 1);
  }
  const heads = integer(config, 'index_n_heads');
  return [
    ...compressor('attn.compressor', headDim, 2),
    ...compressor('attn.indexer.compressor', indexer.indexHeadDim, 2),
    ...linear('attn.indexer.wq_b', heads * indexer.indexHeadDim, rank),
    tensors('other', 'attn.indexer.weights_proj', heads, hidden),
  ];
}

/** Weights in, out and between the streams. */
function streamed(config: Config, module: string): readonly Tensors[] {
  const streams = integer(config, 'hc_mult');
  return hyperConnection(config, module, (2 + streams) * streams, 3);
}

function hyperConnection(config: Config, module: string, mixes: number, scales: number): readonly Tensors[] {
  const inputs = integer(config, 'hc_mult') * integer(config, 'hidden_size');
  return [
    tensors('other', `${module}_fn`, mixes, inputs),
    vector(`${module}_base`, mixes),
    vector(`${module}_scale`, scales),
  ].map(single);
}

function feedForward(...[config, index]: Parameters<LayerTensors>): readonly Tensors[] {
  const types = field(config, 'mlp_layer_types');
  const isHashed = Array.isArray(types)
    ? types[index] === 'hash_moe'
    : index < (optionalInteger(config, 'num_hash_layers', 0) ?? NUM_HASH_LAYERS);
  const table = tensors(
    'other',
    'ffn.gate.tid2eid',
    integer(config, 'vocab_size'),
    integer(config, 'num_experts_per_tok'),
  );
  return [
    ...expertTensors(config, EXPERTS).map((tensor) => ({
      ...tensor,
      module: tensor.module.replace(/^mlp/, 'ffn'),
    })),
    isHashed
      ? // One row is read for a token.
        { ...table, bytesPerNumber: 8, activeCopies: 0 }
      : single(vector('ffn.gate.bias', integer(config, 'n_routed_experts'))),
  ];
}

function single(tensor: Tensors): Tensors {
  return { ...tensor, bytesPerNumber: 4 };
}
