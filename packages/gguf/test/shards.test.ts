import { InputError } from '@kv/core';
import { describe, expect, it } from 'vitest';
import { readGguf, shardNames, withoutShard } from '../src/shards.js';
import { memorySource } from './memory.js';
import { ggufBytes, SMALL_LLAMA, type Value } from './write.js';

const u16 = (value: number): Value => ({ type: 'u16', value });
const i32 = (value: number): Value => ({ type: 'i32', value });

/** The files of the small Llama as `llama-gguf-split` cuts it: metadata in the first, tensors in the others. */
function files(
  changes: { readonly count?: number; readonly tensors?: number } = {},
): Map<string, Uint8Array> {
  const split = (no: number): (readonly [string, Value])[] => [
    ['split.no', u16(no)],
    ['split.count', u16(changes.count ?? 3)],
    ['split.tensors.count', i32(changes.tensors ?? 2)],
  ];
  const [first, second] = SMALL_LLAMA.tensors ?? [];
  return new Map([
    ['a-00001-of-00003.gguf', ggufBytes({ keys: [...SMALL_LLAMA.keys, ...split(0)] })],
    ['a-00002-of-00003.gguf', ggufBytes({ keys: split(1), tensors: first ? [first] : [] })],
    ['a-00003-of-00003.gguf', ggufBytes({ keys: split(2), tensors: second ? [second] : [] })],
  ]);
}

function open(all: ReadonlyMap<string, Uint8Array>) {
  return (name: string) => ({
    name,
    read: async (offset: number, length: number) => {
      const bytes = all.get(name);
      if (bytes === undefined) {
        throw new InputError(`${name} is not there.`);
      }
      return memorySource(bytes).read(offset, length);
    },
  });
}

describe('a model in several files', () => {
  it.each([1, 2, 3])('is read whole from file %i', async (shard) => {
    const { metadata, tensors } = await readGguf(`a-0000${shard}-of-00003.gguf`, open(files()));
    expect(metadata['llama.block_count']).toBe(4);
    expect(tensors.map(({ name }) => name)).toEqual(['token_embd.weight', 'blk.0.attn_q.weight']);
  });

  it('is refused where a file is missing, by its name', async () => {
    const all = files();
    all.delete('a-00002-of-00003.gguf');
    await expect(readGguf('a-00001-of-00003.gguf', open(all))).rejects.toThrow(
      'a-00002-of-00003.gguf is not there',
    );
  });

  it.each([
    ['says another number of files', files({ count: 4 }), /file 1 of 4, not 1 of 3/],
    ['says another number of tensors', files({ tensors: 7 }), /7 tensors, but its 3 files have 2/],
  ])('is refused where one of them %s', async (_what, all, message) => {
    await expect(readGguf('a-00001-of-00003.gguf', open(all))).rejects.toThrow(message);
  });

  it('is refused under another name, which would hide the others', async () => {
    const bytes = files().get('a-00001-of-00003.gguf') ?? new Uint8Array(0);
    await expect(readGguf('renamed.gguf', () => memorySource(bytes, 'renamed.gguf'))).rejects.toThrow(
      /renamed.gguf is one of 3 files/,
    );
  });
});

describe('names', () => {
  it('of all files follow from that of one, in an address too', () => {
    expect(shardNames('x/m-00002-of-00002.gguf')).toEqual([
      'x/m-00001-of-00002.gguf',
      'x/m-00002-of-00002.gguf',
    ]);
    expect(shardNames('https://h/m-00001-of-00002.gguf?download=true')[1]).toBe(
      'https://h/m-00002-of-00002.gguf?download=true',
    );
    expect(shardNames('model.gguf')).toEqual(['model.gguf']);
    expect(withoutShard('m-00002-of-00002.gguf')).toBe('m.gguf');
  });

  it.each(['m-00003-of-00002.gguf', 'm-00000-of-00002.gguf', 'm-00001-of-99999.gguf'])(
    'are refused: %s',
    (name) => {
      expect(() => shardNames(name)).toThrow(InputError);
    },
  );
});
