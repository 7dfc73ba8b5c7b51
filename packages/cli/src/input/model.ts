import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, type Model } from '@kv/core';
import { modelFromConfigText } from './config.js';
import { folderFiles } from './files.js';
import { isGgufFile } from './gguf-magic.js';
import { isHubReference } from './hub/reference.js';
import { modelFromFiles, type Wanted } from './model-files.js';
import { readTextFile, readTextStream } from './text.js';

/**
 * The model that an argument names: a path to a `config.json` or to a folder that holds one, a path or an http address
 * of a GGUF file, `-` for a config on standard input, `hf:org/name` for one on the Hugging Face hub, else a name in the
 * catalogue.
 *
 * @throws InputError where it names nothing, or nothing that is understood; MissingError where a hub cannot be asked.
 */
export async function modelFrom(argument: string, wanted: Wanted = {}): Promise<Model> {
  if (argument === '-') {
    const text = await readTextStream(process.stdin, 'standard input');
    return modelFromConfigText(text, { id: '-', name: 'stdin', source: 'standard input' });
  }
  if (isHubReference(argument)) {
    const { modelFromHub } = await import('./hub.js');
    return modelFromHub(argument, wanted);
  }
  if (/^https?:\/\//i.test(argument)) {
    const { modelFromGgufUrl } = await import('./gguf.js');
    return modelFromGgufUrl(argument);
  }
  if (!existsSync(argument)) {
    const { modelFromCatalogue } = await import('./catalogue.js');
    return modelFromCatalogue(argument);
  }
  const path = configPath(argument);
  if (isGgufFile(path)) {
    const { modelFromGgufFile } = await import('./gguf.js');
    return modelFromGgufFile(path);
  }
  const config = { text: await readTextFile(path), source: path };
  const origin = { id: argument, name: nameOf(path) };
  return modelFromFiles(config, origin, [folderFiles(dirname(path))], wanted);
}

function configPath(argument: string): string {
  if (!statSync(argument).isDirectory()) {
    return argument;
  }
  const path = join(argument, 'config.json');
  if (!existsSync(path)) {
    throw new InputError(`The folder "${argument}" holds no config.json.`);
  }
  return path;
}

/** A model's name for people: its folder's where the file is just `config.json`, else the file's. */
function nameOf(path: string): string {
  const file = basename(path);
  return file === 'config.json' ? basename(dirname(resolve(path))) : file.replace(/\.json$/, '');
}
