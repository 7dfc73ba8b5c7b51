import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InputError } from '@kv/core';

/** Larger than any published config by far; beyond it, the wrong file was named. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The text of a file that should be a small one.
 *
 * @throws InputError where it cannot be read, or is far too large for a config.
 */
export function readTextFile(path: string): Promise<string> {
  return readTextStream(createReadStream(path), path);
}

/** The text of a stream, to its end; an InputError where it cannot be read, or is far too large for a config. */
export async function readTextStream(stream: Readable, name: string): Promise<string> {
  try {
    return await textOf(stream, name);
  } catch (error) {
    if (error instanceof InputError) {
      throw error;
    }
    throw new InputError(
      `"${name}" cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

/**
 * The text of chunks, to their end.
 *
 * @throws InputError where there is far too much for a config; what the chunks themselves fail with is passed on.
 */
export async function textOf(chunks: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new InputError(`"${name}" is larger than 16 MiB, so it is not a config.json.`);
    }
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}
