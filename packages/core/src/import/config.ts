import { checkModel, type Model } from '../model/model.js';
import { complete } from './complete.js';
import { kvCacheDtypeOf, modelDtypeOf } from './config-dtype.js';
import { encoderFamilyOf } from './families/encoder.js';
import { familyOf, familyOfArchitecture } from './families.js';
import type { Family } from './family.js';
import {
  asObject,
  type Config,
  optionalInteger,
  optionalObject,
  optionalString,
  optionalStrings,
} from './fields.js';
import { geometryOf } from './geometry.js';
import { maxContextOf } from './max-context.js';
import { withPerLayerConfig } from './per-layer-config.js';
import { sizesOf } from './sizes.js';
import { plainGeometry } from './unknown.js';
import { weightsFromConfig } from './weights/config-weights.js';
import { textConfigOf } from './wrappers.js';

/** Where a config comes from, for names and messages. */
export interface ConfigOrigin {
  /** The published id, or a path. */
  readonly id: string;
  readonly source: string;
}

/**
 * The model that a Hugging Face `config.json` describes.
 *
 * An architecture that is not known is counted as full attention, with a warning, where nothing in the config speaks
 * against that (see `plainGeometry`).
 *
 * @param json the parsed file; nothing about it is trusted.
 * @throws InputError for an architecture that is not understood, or a field that is missing or makes no sense.
 */
export function modelFromConfig(json: unknown, origin: ConfigOrigin): Model {
  const published = asObject(json, 'The config');
  const text = textConfigOf(published);
  const modelType = optionalString(text, 'model_type') ?? optionalString(published, 'model_type');
  const architectures = optionalStrings(published, 'architectures');
  const config = modelType === undefined ? text : complete(text, modelType, text !== published);
  const family = familyFor(modelType, optionalStrings(text, 'architectures') ?? architectures);
  const { layers, warnings = [] } = withPerLayerConfig(family)(config);
  const dtype = modelDtypeOf(published, config);
  const kvCacheDtype = kvCacheDtypeOf(published, config, dtype);
  const weightFields = weightsFromConfig(origin.id, published, config, layers, dtype);
  return checkModel({
    id: origin.id,
    name: origin.id,
    source: origin.source,
    architecture: architectures?.[0] ?? modelType ?? 'unknown',
    numHiddenLayers: layers.length,
    layers,
    ...given('numNextnPredictLayers', predictLayersOf(config)),
    ...given('numAttentionHeads', optionalInteger(config, 'num_attention_heads')),
    ...given('hiddenSize', optionalInteger(config, 'hidden_size')),
    ...given('maxPositionEmbeddings', maxContextOf(config)),
    ...sizesOf(config),
    dtype,
    kvCacheDtype: kvCacheDtype.chosen,
    ...weightFields,
    ...visionEncoderOf(published),
    geometry: geometryOf(published, config, layers),
    warnings: [...warnings, ...kvCacheDtype.warnings],
  });
}

/**
 * Qwen3-Next has one that its config does not count; MiniMax-M3 counts modules, each with a layer.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/models/qwen3_next_mtp.py` (`Qwen3NextMultiTokenPredictor`),
 * `vllm/models/minimax_m3/nvidia/mtp.py` (`MiniMaxM3MultiTokenPredictor`).
 */
function predictLayersOf(config: Config): number | undefined {
  const type = optionalString(config, 'model_type') ?? '';
  const stated =
    (/^minimax_m3/.test(type) ? optionalInteger(config, 'num_mtp_modules', 0) : undefined) ??
    optionalInteger(config, 'num_nextn_predict_layers', 0) ??
    optionalInteger(config, 'mtp_num_hidden_layers', 0);
  return stated ?? (type === 'qwen3_next' ? 1 : undefined);
}

/** Kimi's configs have the encoder's sizes under names of their own (`vt_`, for its vision tower). */
function visionEncoderOf(published: Config): Pick<Model, 'visionEncoder'> {
  const vision = optionalObject(published, 'vision_config');
  if (vision === undefined) {
    return {};
  }
  const size = (key: string) => optionalInteger(vision, key) ?? optionalInteger(vision, `vt_${key}`);
  return {
    visionEncoder: {
      ...given('numHiddenLayers', size('num_hidden_layers')),
      ...given('hiddenSize', size('hidden_size')),
    },
  };
}

function familyFor(modelType: string | undefined, architectures: readonly string[] | undefined): Family {
  const byType = modelType === undefined ? undefined : familyOf(modelType);
  const byArchitecture =
    architectures?.[0] === undefined ? undefined : familyOfArchitecture(architectures[0]);
  return (
    byType ??
    byArchitecture ??
    encoderFamilyOf(modelType, architectures?.[0]) ??
    ((config) => plainGeometry(config, modelType))
  );
}

function given<Key extends string>(key: Key, value: number | undefined): { readonly [K in Key]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: number });
}
