import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InputError } from '@kv/core';

/** How large a kind of file can be; beyond it, the wrong file was named. */
export interface Limit {
  readonly mebibytes: number;
  /** `a config.json`. */
  readonly kind: string;
}

/** Larger than any published config by far. */
const CONFIG_LIMIT: Limit = { mebibytes: 16, kind: 'a config.json' };

/**
 * The text of a file that should be a small one.
 *
 * @throws InputError where it cannot be read, or is far too large for its kind.
 */
export function readTextFile(path: string, limit = CONFIG_LIMIT): Promise<string> {
  return readTextStream(createReadStream(path), path, limit);
}

/** The text of a stream, to its end; an InputError where it cannot be read, or is far too large for its kind. */
export async function readTextStream(stream: Readable, name: string, limit = CONFIG_LIMIT): Promise<string> {
  try {
    return await textOf(stream, name, limit);
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
 * @throws InputError where there is far too much for its kind of file; what the chunks themselves fail with is passed on.
 */
export async function textOf(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  { mebibytes, kind } = CONFIG_LIMIT,
): Promise<string> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > mebibytes * 1024 ** 2) {
      throw new InputError(`"${name}" is larger than ${mebibytes} MiB, so it is not ${kind}.`);
    }
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}
