import { InputError } from '@kv/core';
import { type Reader, readerOf } from './reader.js';
import type { ByteSource } from './source.js';

/** What is more than any model has, and few enough to read in a moment. */
const MAX_KEYS = 100_000;
const MAX_TENSORS = 100_000;
const MAX_KEY_BYTES = 65_535;
const MAX_TENSOR_NAME_BYTES = 4096;
const MAX_AXES = 8;
const MAX_LISTS = 1_000_000;
const MAX_DEPTH = 4;
const MAX_LENGTH = 2 ** 40;
/** Bytes of all values that are kept; those of tokenizers are not. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** Sizes of the scalar types, by their numbers: ggml-org/ggml, `docs/gguf.md` (`gguf_metadata_value_type`). */
const SCALAR_BYTES: ReadonlyMap<number, number> = new Map(
  Object.entries({ 1: [0, 1, 7], 2: [2, 3], 4: [4, 5, 6], 8: [10, 11, 12] }).flatMap(([bytes, types]) =>
    types.map((type) => [type, Number(bytes)] as const),
  ),
);
const TEXT = 8;
const LIST = 9;

/**
 * The header of a GGUF file, all counts and lengths in it checked, as a shorter header of the same version and byte order:
 * without the tokenizer, which is most of it, and without keys outside any namespace, which no model has.
 *
 * Reads as much as the header takes and no more, seeking over long lists of numbers. Everything is bounded: the bytes
 * read, the numbers of keys, tensors and lists, their depth.
 *
 * Source: ggml-org/ggml, `docs/gguf.md` (versions 1 to 3, both byte orders); that keys are unique, ggml-org/llama.cpp
 * v0.5.0, `ggml/src/gguf.cpp` (`gguf_init_from_reader`).
 *
 * @throws InputError for what is no GGUF, is truncated, or holds what no model has.
 */
export async function shortHeader(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const reader = readerOf(source);
  const { start, littleEndian, sizeBytes } = await formatOf(reader, source);
  const walk = walker(reader, source, littleEndian, sizeBytes);
  const tensorCount = await walk.count('tensors', MAX_TENSORS);
  const keyCount = await walk.count('keys', MAX_KEYS);
  const names = new Set<string>();
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  for (let index = 0; index < keyCount; index++) {
    reader.mark();
    const name = await walk.key();
    const key = reader.takeMarked();
    if (names.has(name)) {
      throw new InputError(`${source.name} has the key "${shown(name)}" twice.`);
    }
    names.add(name);
    if (!name.includes('.') || name.startsWith('tokenizer.')) {
      await walk.value();
      continue;
    }
    reader.mark();
    await walk.value(MAX_KEPT_BYTES - keptBytes);
    const value = reader.takeMarked();
    keptBytes += value.length;
    kept.push(joined([key, value]));
  }
  const tensors: Uint8Array[] = [];
  for (let index = 0; index < tensorCount; index++) {
    reader.mark();
    await walk.tensor();
    tensors.push(reader.takeMarked());
  }
  const sizeOf = (size: number) => encodedSize(size, littleEndian, sizeBytes);
  return joined([start, sizeOf(tensorCount), sizeOf(kept.length), ...kept, ...tensors]);
}

/** Counts and lengths have 4 bytes in version 1, 8 in later ones. */
type SizeBytes = 4 | 8;

async function formatOf(reader: Reader, source: ByteSource) {
  reader.mark();
  await reader.has(8);
  reader.skip(Math.min(8, reader.atHand().byteLength));
  const start = reader.takeMarked();
  const magic = String.fromCharCode(...start.subarray(0, 4));
  if (magic !== 'GGUF') {
    throw new InputError(
      `${source.name} is no GGUF file: it starts with ${JSON.stringify(magic)} rather than "GGUF".`,
    );
  }
  if (start.length < 8) {
    throw new InputError(`${source.name} ends after ${start.length} bytes; it is truncated.`);
  }
  const view = new DataView(start.buffer);
  const littleEndian = (view.getUint32(4, true) & 0xffff) !== 0;
  const version = view.getUint32(4, littleEndian);
  if (version < 1 || version > 3) {
    throw new InputError(`${source.name} is a GGUF file of version ${version}; versions 1 to 3 are known.`);
  }
  const sizeBytes: SizeBytes = version === 1 ? 4 : 8;
  return { start, littleEndian, sizeBytes };
}

/** Walks over the parts of a header, checking every count and length. */
function walker(reader: Reader, source: ByteSource, littleEndian: boolean, sizeBytes: SizeBytes) {
  let lists = 0;

  const sizeAt = (view: DataView, at: number): number | bigint => {
    const size = sizeBytes === 4 ? view.getUint32(at, littleEndian) : view.getBigUint64(at, littleEndian);
    return size <= Number.MAX_SAFE_INTEGER ? Number(size) : size;
  };

  async function size(what: string, most: number): Promise<number> {
    await reader.need(sizeBytes);
    const found = sizeAt(reader.atHand(), 0);
    if (typeof found === 'bigint' || found > most) {
      throw new InputError(
        `${source.name} is no GGUF file of a model: ${what} ${found}, and at most ${most} make sense.`,
      );
    }
    reader.skip(sizeBytes);
    return found;
  }

  async function uint32(): Promise<number> {
    await reader.need(4);
    const found = reader.atHand().getUint32(0, littleEndian);
    reader.skip(4);
    return found;
  }

  /** Goes on by so many bytes, if the source has them and they may be kept. */
  async function pass(length: number, most: number): Promise<void> {
    if (reader.passed() + length > most) {
      throw new InputError(
        `${source.name} is no GGUF file of a model: it has a value of more than ${most} bytes.`,
      );
    }
    if (most < Number.POSITIVE_INFINITY) {
      await reader.need(length);
      reader.skip(length);
    } else if (length > 0) {
      reader.skip(length - 1);
      await reader.need(1);
      reader.skip(1);
    }
  }

  async function items(type: number, count: number, depth: number, most: number): Promise<void> {
    const bytes = SCALAR_BYTES.get(type);
    if (bytes !== undefined) {
      await pass(count * bytes, most);
    } else if (type === TEXT) {
      await texts(count, most);
    } else if (type === LIST) {
      lists += count;
      if (depth > MAX_DEPTH || lists > MAX_LISTS) {
        throw new InputError(
          `${source.name} is no GGUF file of a model: it has lists in lists, ${depth > MAX_DEPTH ? 'too deep' : 'too many'}.`,
        );
      }
      for (let index = 0; index < count; index++) {
        const itemType = await uint32();
        await items(itemType, await size('the length of a list is', MAX_LENGTH), depth + 1, most);
      }
    } else {
      throw new InputError(`${source.name} has a value of type ${type}, which is not known.`);
    }
  }

  /** Goes on by so many texts, those at hand in one go. */
  async function texts(count: number, most: number): Promise<void> {
    for (let left = count; left > 0; ) {
      await pass(await size('the length of a text is', MAX_LENGTH), most);
      left -= 1;
      const view = reader.atHand();
      let at = 0;
      while (left > 0 && at + sizeBytes <= view.byteLength) {
        const end = at + sizeBytes + Number(sizeAt(view, at));
        if (end > view.byteLength) {
          break;
        }
        at = end;
        left -= 1;
      }
      await pass(at, most);
    }
  }

  async function text(what: string, most: number): Promise<Uint8Array> {
    const length = await size(what, most);
    await reader.need(length);
    const { buffer, byteOffset } = reader.atHand();
    reader.skip(length);
    return new Uint8Array(buffer, byteOffset, length);
  }

  return {
    count: (what: string, most: number) => size(`its number of ${what} is`, most),
    /** The name of the next key. */
    key: async () => new TextDecoder().decode(await text('the length of a key is', MAX_KEY_BYTES)),
    /** Goes over the next value, which must be at hand where it may have only so many bytes. */
    value: async (most = Number.POSITIVE_INFINITY) => items(await uint32(), 1, 0, most),
    /** Goes over the next tensor: its name, axes, type and offset. */
    tensor: async () => {
      await text('the length of a name is', MAX_TENSOR_NAME_BYTES);
      const axes = await uint32();
      if (axes > MAX_AXES) {
        throw new InputError(
          `${source.name} is no GGUF file of a model: a tensor has ${axes} axes, and at most ${MAX_AXES} make sense.`,
        );
      }
      const length = axes * sizeBytes + 4 + 8;
      await reader.need(length);
      reader.skip(length);
    },
  };
}

function encodedSize(size: number, littleEndian: boolean, sizeBytes: SizeBytes): Uint8Array {
  const view = new DataView(new ArrayBuffer(sizeBytes));
  if (sizeBytes === 4) {
    view.setUint32(0, size, littleEndian);
  } else {
    view.setBigUint64(0, BigInt(size), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
