import { type Config, integer, optionalInteger, optionalString } from '../fields.js';
import { denseTensors } from './feed-forward.js';
import { flag } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/**
 * All tensors of models whose decoder attends to an encoder's output, by `model_type`. For one more token the decoder
 * alone is read, and of its cross attention neither keys nor values, which the cache has.
 *
 * Source: huggingface/transformers, `models/<type>/modeling_<type>.py`, 5.23.0; each is checked against the class itself
 * (`tooling/transformers/parameter_counts.py`).
 */
export const ENCODER_DECODERS: Readonly<Record<string, (config: Config) => readonly Tensors[]>> = {
  bart: bartTensors,
  t5: t5Tensors,
  whisper: whisperTensors,
};

/** BART: learned positions from 2 on, a norm of the embedding, and a bias of the logits; untied, a table for each half. */
function bartTensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'd_model');
  const vocabulary = integer(config, 'vocab_size');
  const positions = integer(config, 'max_position_embeddings') + 2;
  const ends = [
    tensors('embedding', 'embed_positions', positions, hidden),
    vector('layernorm_embedding', 2 * hidden),
  ];
  const table = tensors('embedding', 'embed_tokens', vocabulary, hidden);
  return [
    ...tied(config, vocabulary, hidden),
    ...(flag(config, 'tie_word_embeddings', true) ? [] : [table, table]),
    vector('final_logits_bias', vocabulary),
    ...unread([...ends, ...encoderLayers(config, hidden, true)]),
    ...ends,
    ...decoderLayers(config, hidden, true),
  ];
}

/** Whisper: two convolutions of 3 over the spectrum, fixed positions that are stored, and keys without a bias. */
function whisperTensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'd_model');
  return [
    ...tied(config, integer(config, 'vocab_size'), hidden),
    ...unread([
      ...linear('conv1', hidden, 3 * integer(config, 'num_mel_bins'), true),
      ...linear('conv2', hidden, 3 * hidden, true),
      tensors('embedding', 'embed_positions', integer(config, 'max_source_positions'), hidden),
      ...encoderLayers(config, hidden, false),
      vector('layer_norm', 2 * hidden),
    ]),
    tensors('embedding', 'embed_positions', integer(config, 'max_target_positions'), hidden),
    ...decoderLayers(config, hidden, false),
    vector('layer_norm', 2 * hidden),
  ];
}

function encoderLayers(config: Config, hidden: number, keyBias: boolean): readonly Tensors[] {
  return layersOf(integer(config, 'encoder_layers'), [
    ...attention('self_attn', hidden, keyBias),
    ...feedForward(hidden, integer(config, 'encoder_ffn_dim')),
    vector('norm', 2 * 2 * hidden),
  ]);
}

function decoderLayers(config: Config, hidden: number, keyBias: boolean): readonly Tensors[] {
  return layersOf(integer(config, 'decoder_layers'), [
    ...attention('self_attn', hidden, keyBias),
    ...cached(attention('encoder_attn', hidden, keyBias)),
    ...feedForward(hidden, integer(config, 'decoder_ffn_dim')),
    vector('norm', 3 * 2 * hidden),
  ]);
}

function attention(module: string, hidden: number, keyBias: boolean): readonly Tensors[] {
  return [
    ...linear(`${module}.q_proj`, hidden, hidden, true),
    ...linear(`${module}.k_proj`, hidden, hidden, keyBias),
    ...linear(`${module}.v_proj`, hidden, hidden, true),
    ...linear(`${module}.out_proj`, hidden, hidden, true),
  ];
}

function feedForward(hidden: number, intermediate: number): readonly Tensors[] {
  return [...linear('fc1', intermediate, hidden, true), ...linear('fc2', hidden, intermediate, true)];
}

/** T5: relative positions in the first layer of each half, no biases, and a gate where `feed_forward_proj` says so. */
function t5Tensors(config: Config): readonly Tensors[] {
  const hidden = integer(config, 'd_model');
  const heads = integer(config, 'num_attention_heads');
  const inner = heads * integer(config, 'd_kv');
  const buckets = optionalInteger(config, 'relative_attention_num_buckets') ?? 32;
  const gated = optionalString(config, 'feed_forward_proj')?.startsWith('gated-') ?? false;
  const attentionOf = (module: string) => [
    ...['q', 'k', 'v'].flatMap((name) => linear(`${module}.${name}_proj`, inner, hidden)),
    ...linear(`${module}.o`, hidden, inner),
    vector('norm', hidden),
  ];
  const dense = [
    ...denseTensors({ ...config, hidden_size: hidden }, integer(config, 'd_ff'), { gated }),
    vector('norm', hidden),
  ];
  const ends = [tensors('other', 'relative_attention_bias', buckets, heads), vector('norm', hidden)];
  const encoders = integer(config, 'num_hidden_layers');
  return [
    ...tied(config, integer(config, 'vocab_size'), hidden),
    ...unread([...ends, ...layersOf(encoders, [...attentionOf('SelfAttention'), ...dense])]),
    ...ends,
    ...layersOf(optionalInteger(config, 'num_decoder_layers') ?? encoders, [
      ...attentionOf('SelfAttention'),
      ...cached(attentionOf('EncDecAttention')),
      ...dense,
    ]),
  ];
}

function tied(config: Config, vocabulary: number, hidden: number): readonly Tensors[] {
  const table = tensors('embedding', 'shared', vocabulary, hidden);
  return flag(config, 'tie_word_embeddings', true)
    ? [{ ...table, activeCopies: 1 }]
    : [table, tensors('head', 'lm_head', vocabulary, hidden)];
}

function layersOf(count: number, layer: readonly Tensors[]): readonly Tensors[] {
  return layer.map((tensor) => ({
    ...tensor,
    copies: count * tensor.copies,
    activeCopies: count * tensor.activeCopies,
  }));
}

function unread(all: readonly Tensors[]): readonly Tensors[] {
  return all.map((tensor) => ({ ...tensor, activeCopies: 0 }));
}

function cached(all: readonly Tensors[]): readonly Tensors[] {
  return all.map((tensor) => (/\.[kv]_proj$/.test(tensor.module) ? { ...tensor, activeCopies: 0 } : tensor));
}
