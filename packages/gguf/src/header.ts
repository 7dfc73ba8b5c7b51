import { gguf } from '@huggingface/gguf';
import { type GgufMetadata, type GgufTensor, InputError } from '@kv/core';
import { shortHeader } from './scan.js';
import type { ByteSource } from './source.js';

/** What the header of one file says; without the tokenizer. */
export interface GgufHeader {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
}

/** What the library adds to the keys of the file. */
const ADDED: ReadonlySet<string> = new Set(['version', 'tensor_count', 'kv_count']);

/**
 * The header of a GGUF file of any size, of which only the header is read.
 *
 * `@huggingface/gguf` decodes it, from a short header that is checked before: by itself the library takes what a
 * truncated file lacks for zeros, reads no header beyond 50 MB, lets a key that comes twice win over the first, and takes
 * seconds for the tokenizer of a large vocabulary.
 *
 * @throws InputError, which names the source, for what is no GGUF, is truncated, or holds what no model has.
 */
export async function readHeader(source: ByteSource): Promise<GgufHeader> {
  const header = await shortHeader(source);
  const { metadata, tensorInfos } = await decoded(header, source);
  return {
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !ADDED.has(key))),
    tensors: tensorInfos.map(({ name, shape, dtype }) => ({ name, shape: shape.map(Number), type: dtype })),
  };
}

async function decoded(header: Uint8Array<ArrayBuffer>, source: ByteSource) {
  try {
    return await gguf('https://header.invalid/', { fetch: rangesOf(header) });
  } catch (error) {
    throw new InputError(
      `${source.name} has a header that cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

/** Answers the library's range requests from bytes at hand. */
function rangesOf(bytes: Uint8Array<ArrayBuffer>): typeof fetch {
  return async (_address, options) => {
    const range = new Headers(options?.headers).get('range') ?? '';
    const [first = 0, last = bytes.length - 1] = (range.match(/\d+/g) ?? []).map(Number);
    return new Response(bytes.slice(first, last + 1));
  };
}
