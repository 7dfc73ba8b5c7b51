import { InputError } from '@kv/core';
import type { ByteSource } from './source.js';

/** Bytes that are read at a time, at first; each read is twice as large as the one before. */
const FIRST_READ = 256 * 1024;
const LARGEST_READ = 4 * 1024 * 1024;

/** More than any header by far; a file that needs more is not read on. */
const MAX_READ = 256 * 1024 * 1024;

/** Reads a source from its start on, seeking over what is skipped. */
export interface Reader {
  /** Whether the source has `count` more bytes, which are at hand then. */
  readonly has: (count: number) => Promise<boolean>;
  /** Has at least `count` bytes at hand; rejects with an InputError where the source ends before. */
  readonly need: (count: number) => Promise<void>;
  /** The bytes at hand, from the next one on. */
  readonly atHand: () => DataView;
  /** Goes on by `count` bytes, at hand or not. */
  readonly skip: (count: number) => void;
  /** Keeps everything from the next byte on at hand, until it is taken. Nothing may be skipped unseen meanwhile. */
  readonly mark: () => void;
  /** Bytes passed since the mark. */
  readonly passed: () => number;
  /** A copy of the bytes passed since the mark, which ends there. */
  readonly takeMarked: () => Uint8Array<ArrayBuffer>;
}

/** A reader at the start of a source. */
export function readerOf(source: ByteSource): Reader {
  let bytes = new Uint8Array(0);
  let start = 0;
  let position = 0;
  let marked: number | undefined;
  let step = FIRST_READ;
  let readInAll = 0;

  const left = () => Math.max(0, start + bytes.length - position);

  async function has(count: number): Promise<boolean> {
    if (left() >= count) {
      return true;
    }
    const from = marked ?? position;
    const held = bytes.subarray(Math.min(from - start, bytes.length));
    const length = Math.max(position + count - from - held.length, step);
    step = Math.min(2 * step, LARGEST_READ);
    readInAll += length;
    if (readInAll > MAX_READ) {
      throw new InputError(
        `${source.name} has a header of more than ${MAX_READ / 2 ** 20} MiB, so it is no GGUF file of a model.`,
      );
    }
    const more = await source.read(from + held.length, length);
    const joined = new Uint8Array(held.length + more.length);
    joined.set(held);
    joined.set(more, held.length);
    bytes = joined;
    start = from;
    return left() >= count;
  }

  return {
    has,
    need: async (count) => {
      if (!(await has(count))) {
        throw new InputError(
          `${source.name} ends before byte ${position + count}, up to which its header goes at least; it is truncated.`,
        );
      }
    },
    atHand: () => new DataView(bytes.buffer, Math.min(position - start, bytes.length), left()),
    skip: (count) => {
      position += count;
    },
    mark: () => {
      marked = position;
    },
    passed: () => position - (marked ?? position),
    takeMarked: () => {
      const from = (marked ?? position) - start;
      marked = undefined;
      return bytes.slice(from, position - start);
    },
  };
}
