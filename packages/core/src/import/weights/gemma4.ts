import { type Layer, memoriesOf } from '../../model/layer.js';
import { checkLayerCount } from '../../model/model.js';
import { type Config, field, integer, optionalInteger } from '../fields.js';
import { isOn } from './attention.js';
import type { DecoderStyle } from './decoder.js';
import { denseTensors, expertTensors } from './feed-forward.js';
import { flag } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/**
 * Gemma 4: heads of another size in full layers, which have no value matrix where keys are the values too; layers that
 * share a cache have neither; a dense layer beside the experts; and an embedding for each layer.
 *
 * Source: huggingface/transformers, `models/gemma4/modeling_gemma4.py` (`Gemma4TextDecoderLayer`, `Gemma4TextAttention`,
 * `Gemma4TextModel`), 5.23.0.
 */
export const gemma4Text: DecoderStyle = {
  tied: true,
  norms: (config) => 4 + (perLayerInput(config) === 0 ? 0 : 1) + (flag(config, 'enable_moe_block') ? 3 : 0),
  attention: (config, _, layer, layers) => gemma4Attention(config, layer, layers),
  feedForward: (config, _, layer) => gemma4FeedForward(config, isShared(layer)),
  once: perLayerEmbedding,
};

function gemma4Attention(config: Config, layer: Layer, layers: readonly Layer[]): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const heads = integer(config, 'num_attention_heads');
  const bias = isOn(config, ['attention_bias', false]);
  const [memory] = memoriesOf(layer);
  const shown = memory?.kind === 'shared' ? memoriesOf(layers[memory.sharesWith] ?? layer)[0] : memory;
  if (shown === undefined || !('keyHeadDim' in shown)) {
    return [];
  }
  const { keyHeadDim, numKeyValueHeads } = shown;
  const keysAreValues = flag(config, 'attention_k_eq_v') && shown.kind === 'full';
  const own = [
    vector('self_attn.k_norm', keyHeadDim),
    ...linear('self_attn.k_proj', numKeyValueHeads * keyHeadDim, hidden, bias),
    ...(keysAreValues ? [] : linear('self_attn.v_proj', numKeyValueHeads * keyHeadDim, hidden, bias)),
  ];
  return [
    ...linear('self_attn.q_proj', heads * keyHeadDim, hidden, bias),
    vector('self_attn.q_norm', keyHeadDim),
    ...(isShared(layer) ? [] : own),
    ...linear('self_attn.o_proj', hidden, heads * keyHeadDim, bias),
    vector('layer_scalar', 1),
  ];
}

function gemma4FeedForward(config: Config, shared: boolean): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const perLayer = perLayerInput(config);
  const isDouble = shared && flag(config, 'use_double_wide_mlp');
  return [
    ...denseTensors(config, integer(config, 'intermediate_size') * (isDouble ? 2 : 1)),
    ...(flag(config, 'enable_moe_block')
      ? [
          ...expertTensors(config, { size: 'moe_intermediate_size' }).map((tensor) => ({
            ...tensor,
            module: tensor.module.replace(/^mlp\./, ''),
          })),
          vector('router.scale', hidden),
          vector('router.per_expert_scale', integer(config, 'num_experts')),
        ]
      : []),
    ...(perLayer === 0
      ? []
      : [
          ...linear('per_layer_input_gate', perLayer, hidden),
          ...linear('per_layer_projection', hidden, perLayer),
        ]),
  ];
}

function perLayerInput(config: Config): number {
  return optionalInteger(config, 'hidden_size_per_layer_input', 0) ?? 0;
}

function perLayerEmbedding(config: Config): readonly Tensors[] {
  const size = perLayerInput(config);
  const width = integer(config, 'num_hidden_layers') * size;
  return size === 0
    ? []
    : [
        tensors('embedding', 'embed_tokens_per_layer', integer(config, 'vocab_size_per_layer_input'), width),
        ...linear('per_layer_model_projection', width, integer(config, 'hidden_size')),
        vector('per_layer_projection_norm', size),
      ];
}

function isShared(layer: Layer): boolean {
  return layer.kind === 'shared';
}

/**
 * The vision tower of Gemma 4, and the projection of its output.
 *
 * Source: huggingface/transformers, `models/gemma4/modeling_gemma4.py` (`Gemma4VisionModel`,
 * `Gemma4MultimodalEmbedder`), 5.23.0.
 *
 * @returns undefined where its linear modules clip, which adds tensors that are not known here.
 */
export function gemma4Vision(vision: Config, text: Config): readonly Tensors[] | undefined {
  if (field(vision, 'use_clipped_linears') !== false) {
    return undefined;
  }
  const hidden = integer(vision, 'hidden_size');
  const headDim = integer(vision, 'head_dim');
  const queries = integer(vision, 'num_attention_heads') * headDim;
  const keys = integer(vision, 'num_key_value_heads') * headDim;
  const block = [
    ...linear('q_proj', queries, hidden),
    ...linear('k_proj', keys, hidden),
    ...linear('v_proj', keys, hidden),
    ...linear('o_proj', hidden, queries),
    vector('qk_norm', 2 * headDim),
    ...denseTensors(vision, integer(vision, 'intermediate_size')),
    vector('norm', 4 * hidden),
  ];
  return [
    ...linear('input_proj', hidden, 3 * integer(vision, 'patch_size') ** 2),
    tensors('other', 'position_embedding_table', 2 * integer(vision, 'position_embedding_size'), hidden),
    ...(flag(vision, 'standardize') ? [vector('std', 2 * hidden)] : []),
    ...Array.from({ length: checkLayerCount(integer(vision, 'num_hidden_layers')) }, () => block).flat(),
    ...linear('embedding_projection', integer(text, 'hidden_size'), hidden),
  ];
}
