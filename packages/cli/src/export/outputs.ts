import { accessSync, constants, existsSync, fstatSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { InputError, nearest } from '@kv/core';

/** A file to write, and what it will hold. */
export interface Output<Format extends string> {
  readonly path: string;
  readonly format: Format;
}

/**
 * The files that paths name, each format by its extension, if all of them can be written.
 *
 * @param formats that there are.
 * @param models arguments that name models, which may be files that are read, and must not be replaced.
 * @throws InputError for an unknown extension, or a place that cannot be written to.
 */
export function outputsOf<Format extends string>(
  paths: readonly string[],
  formats: readonly Format[],
  models: readonly string[],
): readonly Output<Format>[] {
  return paths.map((path) => {
    const extension = extname(path).slice(1).toLowerCase();
    const format = formats.find((known) => known === extension);
    if (format === undefined) {
      const guess = nearest(extension, formats);
      throw new InputError(
        `--out "${path}": the extension must be one of ${formats.map((known) => `.${known}`).join(', ')}${guess === undefined ? '' : ` (did you mean .${guess}?)`}.`,
      );
    }
    checkWritable(path);
    checkNotInput(path, models);
    return { path, format };
  });
}

function checkWritable(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new InputError(`--out "${path}": the folder "${folder}" does not exist.`);
  }
  if (existsSync(path) && !statSync(path).isFile()) {
    throw new InputError(`--out "${path}": that is not a file that can be replaced.`);
  }
  for (const place of existsSync(path) ? [folder, path] : [folder]) {
    try {
      accessSync(place, constants.W_OK);
    } catch {
      throw new InputError(`--out "${path}": "${place}" cannot be written to.`);
    }
  }
}

/** What is read in a model's folder. */
const MODEL_FILES = /^(.*config|params|.*\.index)\.json$/;

function checkNotInput(path: string, models: readonly string[]): void {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old === undefined) {
    return;
  }
  for (const model of models) {
    const input = model === '-' ? fstatSync(0) : statSync(model, { throwIfNoEntry: false });
    if (input === undefined) {
      continue;
    }
    const folder = input.isDirectory() ? model : dirname(model);
    const isBeside = isSame(statSync(dirname(path)), statSync(folder)) && MODEL_FILES.test(basename(path));
    if (isSame(input, old) || (model !== '-' && isBeside)) {
      throw new InputError(`--out "${path}" would replace a file that "${model}" is read from.`);
    }
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
