import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, type Model, modelFromGguf } from '@kv/core';
import { type ByteSource, readGguf, urlSource, withoutShard } from '@kv/gguf';

/**
 * The model in a GGUF file, or in all files of one that is cut into several. Only headers are read.
 *
 * @throws InputError where one of them is missing, or is not understood.
 */
export function modelFromGgufFile(path: string): Promise<Model> {
  return modelFromGgufSource(path, path, fileSource);
}

/**
 * The same at an http or https address, by range requests.
 *
 * @param headers sent with each request, such as `authorization`.
 */
export function modelFromGgufUrl(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Model> {
  return modelFromGgufSource(url, new URL(url).pathname, (name) =>
    urlSource(addressBehindPage(name), { headers }),
  );
}

/** The address of the file behind the page of the Hugging Face hub that shows it. */
export function addressBehindPage(url: string): string {
  return url.replace(/^(https:\/\/huggingface\.co\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
}

async function modelFromGgufSource(
  argument: string,
  path: string,
  sourceOf: (name: string) => ByteSource,
): Promise<Model> {
  const { metadata, tensors } = await readGguf(argument, sourceOf);
  try {
    const model = modelFromGguf(metadata, tensors, { id: argument, source: argument });
    return { ...model, name: withoutShard(basename(path)).replace(/\.gguf$/i, '') };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${argument}: ${error.message}`) : error;
  }
}

function fileSource(path: string): ByteSource {
  return { name: path, read: (offset, length) => readPart(path, offset, length) };
}

async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new InputError(
      `"${path}" cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}
