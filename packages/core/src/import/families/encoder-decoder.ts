import type { Layer } from '../../model/layer.js';
import { checkLayerCount } from '../../model/model.js';
import { type Family, layerCount, repeat } from '../family.js';
import { type Config, field, integer, optionalInteger, optionalObject, wrong } from '../fields.js';
import { fullLayer, fullLayerOf } from '../heads.js';

/** What T5 was trained with, where the config does not say; its positions are relative. */
const T5_TOKENS = 512;

/**
 * T5, mT5, UMT5, Flan, LongT5, Switch, Pop2Piano and UDOP: each decoder layer keeps its own keys and values and those of the encoder's output, of
 * `n_positions` tokens where the config states it.
 *
 * Source: huggingface/transformers, `models/t5/configuration_t5.py` and `modeling_t5.py` (`T5Attention`,
 * `EncoderDecoderCache`), 5.23.0.
 */
export const t5: Family = (config) => {
  const stated = optionalInteger(config, 'n_positions');
  const count = optionalInteger(config, 'num_decoder_layers') ?? layerCount(config);
  const self = fullLayer(
    integer(config, 'num_attention_heads'),
    optionalInteger(config, 'head_dim') ?? integer(config, 'd_kv'),
  );
  return {
    layers: repeat(withCross(self, stated ?? T5_TOKENS), checkLayerCount(count)),
    warnings:
      stated === undefined
        ? [`The config states no length of the encoder's input; ${T5_TOKENS} tokens are assumed.`]
        : [],
  };
};

/**
 * BART, mBART, Pegasus, Marian, M2M-100, NLLB, LED, Whisper and their like: each of `decoder_layers` keeps its own keys and values and
 * those of the encoder's output, which is as long as the encoder allows: `max_source_positions`,
 * `max_encoder_position_embeddings` (LED) or `max_position_embeddings`.
 *
 * Source: huggingface/transformers, `models/bart/modeling_bart.py` (`BartDecoderLayer`) and `models/whisper`
 * (`max_source_positions`), 5.23.0.
 */
export const bart: Family = (config) => {
  const heads = integer(config, 'decoder_attention_heads');
  const hidden = integer(config, 'hidden_size');
  if (hidden % heads !== 0) {
    throw wrong('decoder_attention_heads', heads, `a divisor of "d_model" ${hidden}`);
  }
  const tokens =
    optionalInteger(config, 'max_source_positions') ??
    optionalInteger(config, 'max_encoder_position_embeddings') ??
    integer(config, 'max_position_embeddings');
  return {
    layers: repeat(
      withCross(fullLayer(heads, hidden / heads), tokens),
      checkLayerCount(integer(config, 'decoder_layers')),
    ),
  };
};

function withCross(self: ReturnType<typeof fullLayer>, encoderTokens: number): Layer {
  return { kind: 'composite', parts: [self, { ...self, kind: 'cross', encoderTokens }] };
}

/**
 * Llama 3.2 Vision: `cross_attention_layers` keep keys and values of one image of the most tiles, each of
 * `(image_size / patch_size)^2 + 1` patches, and nothing of the text.
 *
 * Source: huggingface/transformers, `models/mllama/configuration_mllama.py` and `modeling_mllama.py`
 * (`MllamaVisionModel`, `MllamaTextCrossAttention`), 5.23.0.
 */
export const mllama: Family = (config) => {
  const full = fullLayerOf(config);
  const crossLayers = field(config, 'cross_attention_layers') ?? [3, 8, 13, 18, 23, 28, 33, 38];
  if (!Array.isArray(crossLayers)) {
    throw wrong('cross_attention_layers', crossLayers, 'a list of layers');
  }
  const cross: Layer = { ...full, kind: 'cross', encoderTokens: imageTokens(config) };
  return {
    layers: Array.from({ length: layerCount(config) }, (_, index) =>
      crossLayers.includes(index) ? cross : full,
    ),
  };
};

function imageTokens(config: Config): number {
  const vision = optionalObject(config, 'vision_config') ?? {};
  const [size, patch] = [
    optionalInteger(vision, 'image_size') ?? 448,
    optionalInteger(vision, 'patch_size') ?? 14,
  ];
  return (optionalInteger(vision, 'max_num_tiles') ?? 4) * (Math.floor(size / patch) ** 2 + 1);
}
