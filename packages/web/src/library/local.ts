import { InputError, type Model } from '@kv/core';
import { loadReader } from './library.js';
import type { ModelFile } from './model-file.js';

/** Larger than any published config by far. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/** The models in files that a person chose or dropped. They are read here and go nowhere. */
export async function modelFiles(files: readonly File[]): Promise<readonly ModelFile[]> {
  const areGguf = await Promise.all(files.map(isGguf));
  const ggufs = files.filter((_, index) => areGguf[index]);
  const configs = files.filter((_, index) => !areGguf[index]);
  const { ggufModels } = ggufs.length === 0 ? { ggufModels: () => [] } : await import('./gguf-reader.js');
  return [
    ...configs.map((file) => ({ name: file.name, read: () => configModel(file) })),
    ...ggufModels(ggufs),
  ];
}

/** The model in a config's text, under the name of where it came from. */
export async function modelFromText(text: string, source: string): Promise<Model> {
  const reader = await loadReader();
  return reader.configModel(text, source.replace(/\.json$/i, ''), source);
}

async function configModel(file: File): Promise<Model> {
  if (file.size > MAX_CONFIG_BYTES) {
    throw new InputError(
      `${file.name} is larger than 16 MiB, so it is not a config.json, and it does not begin as a .gguf does.`,
    );
  }
  try {
    return await modelFromText(await file.text(), file.name);
  } catch (error) {
    throw error instanceof DOMException ? unreadable(file) : error;
  }
}

async function isGguf(file: File): Promise<boolean> {
  const isNamedSo = /\.gguf$/i.test(file.name);
  try {
    return isNamedSo || (await file.slice(0, 4).text()) === 'GGUF';
  } catch {
    // What cannot be read, such as a folder, says so when it is read as a config.
    return isNamedSo;
  }
}

function unreadable({ name }: File): InputError {
  return new InputError(`${name} cannot be read; drop the file itself rather than a folder.`);
}
