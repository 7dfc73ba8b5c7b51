import { InputError } from '@kv/core';
import type { ByteSource } from './source.js';

/** The bytes of a blob, such as a file that was dropped on a page. */
export function blobSource(blob: Blob, name: string): ByteSource {
  return {
    name,
    read: async (offset, length) => {
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (error) {
        throw new InputError(
          `${name} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
        );
      }
    },
  };
}
