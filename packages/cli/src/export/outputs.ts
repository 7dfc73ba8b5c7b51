import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
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
 * @throws InputError for an unknown extension, or a place that cannot be written to.
 */
export function outputsOf<Format extends string>(
  paths: readonly string[],
  formats: readonly Format[],
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
    return { path, format };
  });
}

/**
 * Writes files of which every content is there already. Each appears whole, so a failure damages no file that was
 * there.
 *
 * @throws InputError where a file cannot be written.
 */
export async function writeOutputs<Format extends string>(
  outputs: readonly Output<Format>[],
  contents: ReadonlyMap<Format, string | Uint8Array>,
): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  for (const { path, format } of outputs) {
    try {
      await writeFileAtomic(path, Buffer.from(contents.get(format) ?? ''), { fsync: false });
    } catch (error) {
      throw new InputError(
        `"${path}" cannot be written (${error instanceof Error ? error.message : String(error)}).`,
      );
    }
  }
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
