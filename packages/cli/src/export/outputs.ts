import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { InputError } from '@kv/core';

const FORMATS = ['html', 'pdf', 'png', 'svg', 'json'] as const;

/** What a figure can be written as. */
export type OutputFormat = (typeof FORMATS)[number];

/** A file to write, and what it will hold. */
export interface Output {
  readonly path: string;
  readonly format: OutputFormat;
}

/**
 * The files that paths name, each format by its extension, if all of them can be written.
 *
 * @throws InputError for an unknown extension, or a place that cannot be written to.
 */
export function outputsOf(paths: readonly string[]): readonly Output[] {
  return paths.map((path) => {
    const extension = extname(path).slice(1).toLowerCase();
    const format = FORMATS.find((known) => known === extension);
    if (format === undefined) {
      throw new InputError(
        `--out "${path}": the extension must be one of ${FORMATS.map((known) => `.${known}`).join(', ')}.`,
      );
    }
    checkWritable(path);
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
