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
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) {
        throw new InputError(`"${name}" is larger than 16 MiB, so it is not a config.json.`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof InputError) {
      throw error;
    }
    throw new InputError(
      `"${name}" cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}
