import { basename } from 'node:path';
import { type Model, modelFromGguf } from '@kv/core';
import { type ByteSource, readGguf, urlSource, withoutShard } from '@kv/gguf';
import { naming } from './config.js';
import { fileSource } from './file-source.js';

/**
 * The model in a GGUF file, or in all files of one that is cut into several. Only headers are read.
 *
 * @throws InputError where one of them is missing, or is not understood.
 */
export function modelFromGgufFile(path: string): Promise<Model> {
  return modelFromGgufSource(path, path, { id: path, source: path }, fileSource);
}

/** The same at an http or https address, by range requests. */
export function modelFromGgufUrl(url: string): Promise<Model> {
  const origin = { id: url, source: url };
  return modelFromGgufSource(url, new URL(url).pathname, origin, (name) =>
    urlSource(addressBehindPage(name)),
  );
}

/** The address of the file behind the page of the Hugging Face hub that shows it. */
export function addressBehindPage(url: string): string {
  return url.replace(/^(https:\/\/huggingface\.co\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
}

/**
 * The model in a GGUF file, or in all files of one that is cut into several, wherever they are.
 *
 * @param file the name of any of them.
 * @param path ends with the name that the model is called by.
 * @param sourceOf the bytes of the file with a name.
 * @throws InputError where one of them is missing, or is not understood.
 */
export async function modelFromGgufSource(
  file: string,
  path: string,
  origin: { readonly id: string; readonly source: string },
  sourceOf: (name: string) => ByteSource,
): Promise<Model> {
  const { metadata, tensors } = await readGguf(file, sourceOf);
  const model = naming(origin.source, () => modelFromGguf(metadata, tensors, origin));
  return { ...model, name: withoutShard(basename(path)).replace(/\.gguf$/i, '') };
}
