import {
  InputError,
  type Model,
  parseConfigText,
  type Weights,
  weightsFromSafetensorsHeader,
  weightsFromSafetensorsIndex,
} from '@kv/core';
import { naming } from './config.js';
import type { ModelFiles } from './files.js';
import { safetensorsHeader } from './safetensors.js';

/**
 * Indexes have a line of some 120 bytes for each tensor, so this is a million of them. With four tensors for each of
 * three matrices of 384 experts in 60 layers, large models of today have 280 thousand.
 */
const INDEX_LIMIT = { mebibytes: 128, kind: 'a safetensors index' };

/**
 * The model with its weights as the first of these places stores them, in an index of several safetensors files or in
 * the header of a single one; the model as it is where none does, and with a warning where what one has is broken.
 *
 * Source of the names: huggingface/transformers, `utils/__init__.py` (`SAFE_WEIGHTS_NAME`, `SAFE_WEIGHTS_INDEX_NAME`),
 * 5.23.0.
 */
export async function withStoredWeights(model: Model, places: readonly ModelFiles[]): Promise<Model> {
  try {
    for (const files of places) {
      const weights =
        (await indexedWeights(files, model.weights)) ?? (await headerWeights(files, model.weights));
      if (weights !== undefined) {
        return { ...model, weights };
      }
    }
    return model;
  } catch (error) {
    if (!(error instanceof InputError)) {
      throw error;
    }
    const warning = `Nothing is known of how the weights are stored: ${error.message}`;
    return { ...model, warnings: [...model.warnings, warning] };
  }
}

async function indexedWeights(files: ModelFiles, formula?: Weights): Promise<Weights | undefined> {
  const index = await files.text('model.safetensors.index.json', INDEX_LIMIT);
  return (
    index && naming(index.source, () => weightsFromSafetensorsIndex(parseConfigText(index.text), formula))
  );
}

async function headerWeights(files: ModelFiles, formula?: Weights): Promise<Weights | undefined> {
  const header = await safetensorsHeader(files, 'model.safetensors');
  return (
    header && naming(header.source, () => weightsFromSafetensorsHeader(parseConfigText(header.text), formula))
  );
}
