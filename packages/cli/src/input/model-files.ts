import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Model } from '@kv/core';
import { modelFromConfigText } from './config.js';
import { readPart } from './file-source.js';
import { withStoredWeights } from './stored-weights.js';
import { type Limit, readTextFile } from './text.js';

/** A text, and the path or address that it is from. */
export interface NamedText {
  readonly text: string;
  readonly source: string;
}

/** The beginning of a file, and the path or address that it is from. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  readonly source: string;
}

/**
 * The files that make up a model: in a folder on disk, in a snapshot of the Hugging Face cache, in a repository of the
 * hub. Each rejects with an InputError where a file cannot be read.
 */
export interface ModelFiles {
  /** The whole of a text; undefined where there is no such file. */
  readonly text: (name: string, limit?: Limit) => Promise<NamedText | undefined>;
  /** The first `length` bytes of a file, fewer only where it ends; undefined where there is no such file. */
  readonly start: (name: string, length: number) => Promise<NamedBytes | undefined>;
}

/** The files in a folder on disk. */
export function folderFiles(folder: string): ModelFiles {
  return {
    text: async (name, limit) => {
      const source = join(folder, name);
      return existsSync(source) ? { text: await readTextFile(source, limit), source } : undefined;
    },
    start: async (name, length) => {
      const source = join(folder, name);
      return existsSync(source) ? { bytes: await readPart(source, 0, length), source } : undefined;
    },
  };
}

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
