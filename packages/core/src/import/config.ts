import { InputError } from '../errors.js';
import { checkModel, type Model } from '../model.js';
import { nearest } from '../nearest.js';
import { kvCacheDtypeOf, modelDtypeOf } from './config-dtype.js';
import { familyOf, KNOWN_MODEL_TYPES } from './families.js';
import {
  asObject,
  type Config,
  optionalInteger,
  optionalObject,
  optionalString,
  optionalStrings,
} from './fields.js';

/** Where a config comes from, for names and messages. */
export interface ConfigOrigin {
  /** The published id, or a path. */
  readonly id: string;
  readonly source: string;
}

/** Keys under which multimodal wrappers keep the config of their text model. */
const TEXT_CONFIG_KEYS = ['text_config', 'llm_config', 'language_config'] as const;

/**
 * The model that a Hugging Face `config.json` describes.
 *
 * @param json the parsed file; nothing about it is trusted.
 * @throws InputError for an unknown architecture, or a field that is missing or makes no sense.
 */
export function modelFromConfig(json: unknown, origin: ConfigOrigin): Model {
  const published = asObject(json, 'The config');
  const config = textConfigOf(published);
  const modelType = optionalString(config, 'model_type');
  const family = modelType === undefined ? undefined : familyOf(modelType);
  if (modelType === undefined || family === undefined) {
    throw unknownArchitecture(modelType);
  }
  const { layers, warnings = [] } = family(config);
  const dtype = modelDtypeOf(published, config);
  return checkModel({
    id: origin.id,
    name: origin.id,
    source: origin.source,
    architecture: optionalStrings(published, 'architectures')?.[0] ?? modelType,
    numHiddenLayers: layers.length,
    layers,
    ...given('numAttentionHeads', optionalInteger(config, 'num_attention_heads')),
    ...given('hiddenSize', optionalInteger(config, 'hidden_size')),
    ...given('maxPositionEmbeddings', optionalInteger(config, 'max_position_embeddings')),
    dtype,
    kvCacheDtype: kvCacheDtypeOf(published, config, dtype),
    warnings,
  });
}

function textConfigOf(published: Config): Config {
  for (const key of TEXT_CONFIG_KEYS) {
    const nested = optionalObject(published, key);
    if (nested !== undefined) {
      return nested;
    }
  }
  return published;
}

function unknownArchitecture(modelType: string | undefined): InputError {
  if (modelType === undefined) {
    return new InputError('The config has no "model_type", so its architecture is unknown.');
  }
  const guess = nearest(modelType, KNOWN_MODEL_TYPES);
  return new InputError(
    `The architecture "${modelType}" is not known${guess === undefined ? '' : ` (the nearest known one is "${guess}")`}; give its geometry by hand with --emb-dim, --n-heads and --n-layers.`,
  );
}

function given<Key extends string>(key: Key, value: number | undefined): { readonly [K in Key]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: number });
}
