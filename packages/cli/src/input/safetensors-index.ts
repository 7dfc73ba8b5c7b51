import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type Model, parseConfigText, weightsFromSafetensorsIndex } from '@kv/core';
import { readTextFile } from './text.js';

const FILE = 'model.safetensors.index.json';

/** Indexes name every tensor, some hundred thousand of the largest models. */
const LIMIT = { mebibytes: 256, kind: 'a safetensors index' };

/** The model with the weights of the safetensors index in its folder, if there is one; a warning where it is broken. */
export async function withIndexedWeights(model: Model, folder: string): Promise<Model> {
  const path = join(folder, FILE);
  if (!existsSync(path)) {
    return model;
  }
  try {
    const index: unknown = parseConfigText(await readTextFile(path, LIMIT));
    return { ...model, weights: weightsFromSafetensorsIndex(index, model.weights) };
  } catch (error) {
    if (!(error instanceof InputError)) {
      throw error;
    }
    const warning = `${path} is not understood, so nothing is taken from it: ${error.message}`;
    return { ...model, warnings: [...model.warnings, warning] };
  }
}
