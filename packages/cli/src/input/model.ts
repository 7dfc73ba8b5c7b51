import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, type Model, modelFromConfig, parseConfigText } from '@kv/core';
import { readTextFile, readTextStream } from './text.js';

/**
 * The model that an argument names: a path to a `config.json` or to a folder that holds one, `-` for a config on
 * standard input, else a name in the catalogue.
 *
 * @throws InputError where it names nothing, or nothing that is understood.
 */
export async function modelFrom(argument: string): Promise<Model> {
  if (argument === '-') {
    const text = await readTextStream(process.stdin, 'standard input');
    return modelFromConfigText(text, { id: '-', name: 'stdin', source: 'standard input' });
  }
  if (!existsSync(argument)) {
    const { modelFromCatalogue } = await import('./catalogue.js');
    return modelFromCatalogue(argument);
  }
  const path = configPath(argument);
  return modelFromConfigText(await readTextFile(path), { id: argument, name: nameOf(path), source: path });
}

/** The model in the text of a `config.json`. Messages name where the text comes from. */
function modelFromConfigText(
  text: string,
  origin: { readonly id: string; readonly name: string; readonly source: string },
): Model {
  try {
    return { ...modelFromConfig(parseConfigText(text), origin), name: origin.name };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${origin.source}: ${error.message}`) : error;
  }
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
