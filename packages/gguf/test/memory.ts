import type { ByteSource } from '../src/source.js';

/** Bytes at hand as a source, with a note of each read. */
export function memorySource(
  bytes: Uint8Array,
  name = 'model.gguf',
): ByteSource & { readonly reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    name,
    reads,
    read: async (offset, length) => {
      reads.push([offset, length]);
      return bytes.slice(offset, offset + length);
    },
  };
}
