import { checkLayerCount } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ENCODERS, ENCODERS_UNLESS_DECODER } from '../encoders.js';
import { type Family, type Geometry, repeat } from '../family.js';
import { type Config, field } from '../fields.js';
import { multiHead } from './multi-head.js';

/**
 * The family of an encoder of text, images or sound, which computes each input whole and keeps nothing for the next; with
 * `is_decoder`, BERT and its like keep keys and values of every head. Undefined for all other types.
 *
 * Source: huggingface/transformers, `models/bert/modeling_bert.py` (`BertModel.forward`: `use_cache = False` unless
 * `is_decoder`) and the classes of each type, 5.24.0.
 *
 * @param modelType the config's `model_type`.
 * @param architecture the class that the checkpoint is loaded with: that of a masked language model reads both ways, so a
 *   type that nothing else is known of is an encoder where it names one.
 */
export function encoderFamilyOf(
  modelType: string | undefined,
  architecture: string | undefined,
): Family | undefined {
  const asks = modelType !== undefined && Object.hasOwn(ENCODERS_UNLESS_DECODER, modelType);
  const isEncoder = modelType !== undefined && Object.hasOwn(ENCODERS, modelType);
  const isMasked = architecture?.endsWith('ForMaskedLM') ?? false;
  if (!asks && !isEncoder && !isMasked) {
    return undefined;
  }
  return (config) =>
    !isEncoder && field(config, 'is_decoder') === true
      ? multiHead(config)
      : encoder(config, modelType, architecture);
}

function encoder(config: Config, modelType: string | undefined, architecture: string | undefined): Geometry {
  const name = architecture ?? modelType ?? '';
  return {
    layers: repeat({ kind: 'none' }, layersOf(config, modelType, name)),
    warnings: [
      `"${name}" is an encoder: it computes each input whole and keeps nothing for the next, so its KV cache is 0 bytes.`,
    ],
  };
}

/** Under the names that config classes of encoders have; the last one lists the layers of each stage. */
const COUNTS = [
  ...['num_hidden_layers', 'num_layers', 'n_layers', 'n_layer', 'encoder_layers', 'depth', 'depths'],
];

function layersOf(config: Config, modelType: string | undefined, name: string): number {
  const stated = COUNTS.map((key) => countIn(field(config, key))).find((count) => count !== undefined);
  const count = stated ?? { ...ENCODERS, ...ENCODERS_UNLESS_DECODER }[modelType ?? ''] ?? 0;
  if (count === 0) {
    throw new InputError(
      `"${name}" is an encoder, which keeps nothing between calls, so there is no KV cache to size.`,
    );
  }
  return checkLayerCount(count);
}

function countIn(value: unknown): number | undefined {
  const total = Array.isArray(value)
    ? value.reduce((sum: number, part: unknown) => (typeof part === 'number' ? sum + part : Number.NaN), 0)
    : value;
  return Number.isSafeInteger(total) && (total as number) > 0 ? (total as number) : undefined;
}
