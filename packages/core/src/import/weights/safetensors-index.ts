import type { Weights } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { asObject, field, optionalInteger } from '../fields.js';

/**
 * The weights that a `model.safetensors.index.json` speaks of: `metadata.total_size` are the bytes of all tensors, and
 * `metadata.total_parameters`, where newer files have it, their numbers.
 *
 * Source: huggingface/huggingface_hub, `serialization/_base.py` (`StateDictSplit.metadata`), 1.8.0; huggingface/
 * transformers, `modeling_utils.py` (`save_pretrained`), 5.23.0.
 *
 * @param json the parsed file; nothing about it is trusted.
 * @param formula what the model's config comes to: it says how many parameters there are where the index does not, and
 *   of what parts they are where both agree to the byte.
 * @throws InputError where it has no total size, or one that makes no sense.
 */
export function weightsFromSafetensorsIndex(json: unknown, formula?: Weights): Weights {
  const metadata = asObject(
    field(asObject(json, 'The safetensors index'), 'metadata'),
    '"metadata" of the safetensors index',
  );
  const bytes = optionalInteger(metadata, 'total_size');
  if (bytes === undefined) {
    throw new InputError('The safetensors index has no "metadata.total_size", the bytes of all tensors.');
  }
  const parameters = optionalInteger(metadata, 'total_parameters') ?? formula?.parameters;
  return {
    ...(parameters === undefined ? {} : { parameters }),
    bytes,
    source: 'model.safetensors.index.json',
    ...(formula?.parts !== undefined && formula.bytes === bytes ? { parts: formula.parts } : {}),
  };
}
