import { basename } from 'node:path';
import type { Model } from '@kv/core';
import { modelFromConfigText } from './config.js';
import type { ModelFiles, NamedText } from './files.js';
import { withStoredWeights } from './stored-weights.js';

/** What is asked of a model beside what its layers remember. */
export interface Wanted {
  /** Its weights as they are stored, which other files say. */
  readonly weights?: boolean;
}

/**
 * The model that a config describes, wherever its files are. Beside a `config.json` there can be
 *
 * - `hf_quant_config.json`, how ModelOpt quantized the model and its cache;
 * - `model.safetensors.index.json`, or else a single `model.safetensors`: how large its weights are.
 *
 * @param config its text and source.
 * @param places where its files can be; the config is from the first of them.
 * @throws InputError where a text is not understood; its message names the source.
 */
export async function modelFromFiles(
  config: NamedText,
  { id, name }: { readonly id: string; readonly name: string },
  places: readonly ModelFiles[],
  { weights = false }: Wanted,
): Promise<Model> {
  const { text, source } = config;
  const isPublished = basename(source) === 'config.json';
  const model = await modelFromConfigText(text, { id, name, source }, isPublished ? places[0] : undefined);
  return isPublished && weights ? withStoredWeights(model, places) : model;
}
