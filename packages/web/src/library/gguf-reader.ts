import { InputError, type Model, modelFromGguf } from '@kv/core';
import { type ByteSource, blobSource, readGguf, withoutShard } from '@kv/gguf';
import type { ModelFile } from './model-file.js';

/** One model for each GGUF file, or for all files of one that is cut into several. Only headers are read. */
export function ggufModels(files: readonly File[]): readonly ModelFile[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const firstOfEach = new Map(files.map(({ name }) => [withoutShard(name), name]));
  return [...firstOfEach].map(([whole, name]) => ({
    name: whole,
    read: () => ggufModel(whole, name, (part) => sourceOf(part, byName)),
  }));
}

async function ggufModel(whole: string, name: string, open: (part: string) => ByteSource): Promise<Model> {
  const { metadata, tensors } = await readGguf(name, open);
  const title = whole.replace(/\.gguf$/i, '');
  try {
    return { ...modelFromGguf(metadata, tensors, { id: title, source: whole }), name: title };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${whole}: ${error.message}`) : error;
  }
}

function sourceOf(part: string, files: ReadonlyMap<string, File>): ByteSource {
  const file = files.get(part);
  if (file === undefined) {
    throw new InputError(`${part} is missing; drop all files of the model together.`);
  }
  return blobSource(file, part);
}
