import { type Layer, memoriesOf } from '../../model/layer.js';
import { type Config, integer } from '../fields.js';
import { type AttentionStyle, attentionTensors, type Flag, isOn } from './attention.js';
import { flag } from './fields.js';
import { type Tensors, tensors, vector } from './tensors.js';

/** The tensors of one layer, or of one half of it. */
export type LayerTensors = (
  config: Config,
  index: number,
  layer: Layer,
  layers: readonly Layer[],
) => readonly Tensors[];

/** What a family of decoders is made of. */
export interface DecoderStyle {
  /** The config under the standard names, where the family has others. */
  readonly named?: (config: Config) => Config;
  /** Whether the head is the embedding's table where `tie_word_embeddings` is absent. */
  readonly tied?: true;
  /** `rms` has a weight for each channel, `layer` a bias too, `none` nothing. */
  readonly norm?: 'rms' | 'layer' | 'none';
  /** Norms of one layer; 2 by default. */
  readonly norms?: number | ((config: Config) => number);
  /** Norms after the last layer; 1 by default. */
  readonly finalNorms?: (config: Config) => number;
  readonly attention?: AttentionStyle | LayerTensors;
  readonly feedForward: LayerTensors;
  /** What is there once, beside embedding, layers, final norm and head. */
  readonly once?: (config: Config) => readonly Tensors[];
  readonly headBias?: Flag;
  /** Columns of the embedding; the hidden size by default. */
  readonly embeddingSize?: (config: Config) => number;
}

/**
 * All tensors of a decoder: embedding, layers (attention and feed-forward, with norms), final norm, and head.
 *
 * @throws InputError naming a field that is missing.
 */
export function decoderTensors(
  published: Config,
  style: DecoderStyle,
  layers: readonly Layer[],
): readonly Tensors[] {
  const config = style.named?.(published) ?? published;
  const vocabulary = integer(config, 'vocab_size');
  const hidden = integer(config, 'hidden_size');
  const embedding = style.embeddingSize?.(config) ?? hidden;
  const normSize = { none: 0, rms: 1, layer: 2 }[style.norm ?? 'rms'] * hidden;
  const norms = typeof style.norms === 'function' ? style.norms(config) : (style.norms ?? 2);
  const isTied = flag(config, 'tie_word_embeddings', style.tied ?? false);
  const { attention = {} } = style;
  const attentionOf: LayerTensors =
    typeof attention === 'function' ? attention : () => attentionTensors(config, attention);
  const table = tensors('embedding', 'embed_tokens', vocabulary, embedding);
  return [
    // A tied table is read whole for the head.
    isTied ? { ...table, activeCopies: 1 } : table,
    ...(style.once?.(config) ?? []),
    ...layers.flatMap((layer, index) =>
      [
        ...attentionOf(config, index, layer, layers),
        ...style.feedForward(config, index, layer, layers),
        vector('norm', norms * normSize),
      ].map((tensor) => ({ ...tensor, layer: index })),
    ),
    vector('norm', (style.finalNorms?.(config) ?? 1) * normSize),
    ...(isTied ? [] : [tensors('head', 'lm_head', vocabulary, embedding)]),
    ...(isOn(config, style.headBias) ? [vector('lm_head', vocabulary)] : []),
  ];
}

/** Whether attention, and not a recurrent mixer or nothing, is what a layer has. */
export function isRecurrent(layer: Layer): boolean {
  return memoriesOf(layer).some(({ kind }) => kind === 'recurrent');
}

/** Whether a layer has a sparse-attention indexer. */
export function isIndexed(layer: Layer): boolean {
  return memoriesOf(layer).some((memory) => 'indexer' in memory && memory.indexer !== undefined);
}
