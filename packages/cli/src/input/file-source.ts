import { open } from 'node:fs/promises';
import { InputError } from '@kv/core';
import type { ByteSource } from '@kv/gguf';

/** The bytes of a file on disk. */
export function fileSource(path: string): ByteSource {
  return { name: path, read: (offset, length) => readPart(path, offset, length) };
}

/**
 * The `length` bytes of a file from `offset` on, fewer only where it ends.
 *
 * @throws InputError where it cannot be read.
 */
export async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
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
