import { InputError } from '@kv/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobSource } from '../src/blob.js';
import { readHeader } from '../src/header.js';
import { memorySource } from './memory.js';
import { type GgufFile, ggufBytes, SMALL_LLAMA, type Value } from './write.js';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ type: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ type: fc.constant('i16' as const), value: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }) }),
  fc.record({ type: fc.constant('u32' as const), value: fc.nat({ max: 2 ** 32 - 1 }) }),
  fc.record({ type: fc.constant('u64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ type: fc.constant('f64' as const), value: fc.double() }),
  fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
  fc.record({ type: fc.constant('text' as const), value: text }),
  fc.record({
    type: fc.constant('list' as const),
    of: fc.constant('i32' as const),
    items: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  }),
  fc.record({ type: fc.constant('list' as const), of: fc.constant('text' as const), items: fc.array(text) }),
  fc.record({
    type: fc.constant('list' as const),
    of: fc.constant('list' as const),
    items: fc.array(
      fc.record({
        type: fc.constant('list' as const),
        of: fc.constant('u8' as const),
        items: fc.array(fc.nat({ max: 255 })),
      }),
      { maxLength: 3 },
    ),
  }),
);
const file: fc.Arbitrary<GgufFile> = fc.record({
  version: fc.constantFrom(1, 2, 3),
  littleEndian: fc.boolean(),
  keys: fc.uniqueArray(
    fc.tuple(
      text.map((name) => `x.${name}`),
      value,
    ),
    { selector: ([key]) => key, maxLength: 8 },
  ),
  tensors: fc.array(
    fc.tuple(text, fc.array(fc.nat({ max: 2 ** 31 }), { maxLength: 4 }), fc.constantFrom(0, 8, 12)),
    { maxLength: 5 },
  ),
});

function plain(written: Value): unknown {
  return written.type === 'list'
    ? written.items.map((item) => (written.of === 'list' ? plain(item as Value) : item))
    : written.value;
}

describe('a header', () => {
  it('is read as it was written, in each version and byte order', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (written) => {
        const { metadata, tensors } = await readHeader(memorySource(ggufBytes(written)));
        expect(metadata).toEqual(Object.fromEntries(written.keys.map(([key, one]) => [key, plain(one)])));
        expect(tensors).toEqual(
          (written.tensors ?? []).map(([name, shape, type]) => ({ name, shape, type })),
        );
      }),
    );
  });

  it('is read without its tokenizer, from a blob too', async () => {
    const blob = new Blob([ggufBytes(SMALL_LLAMA) as Uint8Array<ArrayBuffer>]);
    const { metadata, tensors } = await readHeader(blobSource(blob, 'dropped.gguf'));
    expect(Object.keys(metadata)).toEqual([
      'general.architecture',
      'llama.block_count',
      'llama.context_length',
      'llama.embedding_length',
      'llama.attention.head_count',
      'llama.attention.head_count_kv',
    ]);
    expect(tensors.map(({ name }) => name)).toEqual(['token_embd.weight', 'blk.0.attn_q.weight']);
  });

  it('is all that is read of a large file, and long lists of numbers are passed over', async () => {
    const scores: Value = { type: 'list', of: 'f32', items: Array.from({ length: 1_000_000 }, () => 0) };
    const header = ggufBytes({
      ...SMALL_LLAMA,
      keys: [...SMALL_LLAMA.keys, ['tokenizer.ggml.more', scores]],
    });
    const whole = new Uint8Array(header.length + 50_000_000);
    whole.set(header);
    const source = memorySource(whole);
    const { metadata } = await readHeader(source);
    expect(metadata['llama.block_count']).toBe(4);
    expect(source.reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(1_500_000);
  });
});

/** The bytes with those from `at` on replaced. */
function patched(at: number, replacement: Uint8Array): Uint8Array {
  const bytes = ggufBytes(SMALL_LLAMA);
  bytes.set(replacement, at);
  return bytes;
}

const u64 = (number: bigint) => new Uint8Array(new BigUint64Array([number]).buffer);
const HUGE = u64(2n ** 60n);
const key = (name: string, one: Value) => ggufBytes({ keys: [[name, one]] });
const list = (of: 'u8' | 'list', items: readonly unknown[]): Value => ({ type: 'list', of, items });

/** Where the length of the first value starts: magic, version, two counts, length and name of the key, type. */
const FIRST_VALUE = 4 + 4 + 8 + 8 + 8 + 'general.architecture'.length + 4;

describe('what is no header', () => {
  it.each([
    ['an empty file', new Uint8Array(0), /is no GGUF file: it starts with ""/],
    ['another file', new TextEncoder().encode('<!doctype html><html>'), /starts with "<!do"/],
    ['four bytes', new TextEncoder().encode('GGUF'), /ends after 4 bytes; it is truncated/],
    ['an unknown version', patched(4, new Uint8Array([9, 0, 0, 0])), /version 9; versions 1 to 3/],
    ['2^60 tensors', patched(8, HUGE), /number of tensors is 1152921504606846976/],
    ['2^60 keys', patched(16, HUGE), /number of keys is 1152921504606846976/],
    ['a million keys', patched(16, u64(1_000_000n)), /at most 100000/],
    ['a key of 2^60 bytes', patched(24, HUGE), /length of a key is 1152921504606846976/],
    ['a text of 2^60 bytes', patched(FIRST_VALUE, HUGE), /length of a text is 1152921504606846976/],
    ['a text of 2^40 bytes', patched(FIRST_VALUE, u64(2n ** 40n)), /a value of more than/],
    ['a type that is not known', patched(FIRST_VALUE - 4, new Uint8Array([77, 0, 0, 0])), /type 77/],
    [
      'a key that comes twice',
      ggufBytes({
        keys: [
          ['a.b', list('u8', [])],
          ['a.b', list('u8', [])],
        ],
      }),
      /"a.b" twice/,
    ],
    ['lists in lists in lists', key('a.b', nested(6)), /too deep/],
    [
      'a tensor of many axes',
      ggufBytes({ keys: [], tensors: [['t', [1, 1, 1, 1, 1, 1, 1, 1, 1], 0]] }),
      /9 axes/,
    ],
  ])('is refused in one sentence that names the file: %s', async (_what, bytes, message) => {
    const failure = await readHeader(memorySource(bytes)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toContain('model.gguf');
  });

  it('such as a truncated one is refused wherever it ends', async () => {
    const bytes = ggufBytes(SMALL_LLAMA);
    for (let length = 0; length < bytes.length; length++) {
      await expect(readHeader(memorySource(bytes.slice(0, length)))).rejects.toThrow(InputError);
    }
  });

  it('such as a broken one ends in a header or in one InputError, after few reads', async () => {
    const whole = ggufBytes(SMALL_LLAMA);
    const flips = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(flips, fc.nat({ max: whole.length }), async (changes, cut) => {
        const bytes = whole.slice(0, cut % 3 === 0 ? cut : whole.length);
        for (const [at, byte] of changes) {
          if (at < bytes.length) bytes[at] = byte;
        }
        const source = memorySource(bytes);
        await readHeader(source).catch((error: unknown) => {
          expect(error).toBeInstanceOf(InputError);
        });
        expect(source.reads.length).toBeLessThan(20);
      }),
      { numRuns: 2000 },
    );
  });

  it('such as one without an end is read for a bounded time', async () => {
    const start = patched(16, u64(100_000n)).slice(0, 24);
    const endless = {
      name: 'endless',
      read: async (offset: number, length: number) => {
        const bytes = new Uint8Array(length).fill(1);
        if (offset === 0) bytes.set(start);
        return bytes;
      },
    };
    await expect(readHeader(endless)).rejects.toThrow(InputError);
  });

  it('keeps nothing under a key that is no name in a namespace', async () => {
    const { metadata } = await readHeader(memorySource(key('__proto__', list('u8', [1]))));
    expect(metadata).toEqual({});
    expect(Array.isArray(metadata)).toBe(false);
  });
});

function nested(depth: number): Value {
  return depth === 0 ? list('u8', [1]) : list('list', [nested(depth - 1)]);
}
