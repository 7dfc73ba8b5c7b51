import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPES, dtypeOf, parseDtype, rowBytes } from '../../src/model/dtype.js';
import * as arbitrary from '../arbitraries.js';

describe('storage formats', () => {
  // The sizes of ggml's blocks: ggml-org/llama.cpp, ggml/src/ggml-common.h, static_asserts after each struct.
  it.each([
    ['fp32', 32, 128],
    ['fp16', 32, 64],
    ['bf16', 32, 64],
    ['fp8_e4m3', 32, 32],
    ['fp8_e5m2', 32, 32],
    ['int8', 32, 32],
    ['int4', 32, 16],
    ['q8_0', 32, 34],
    ['q5_1', 32, 24],
    ['q5_0', 32, 22],
    ['q4_1', 32, 20],
    ['q4_0', 32, 18],
    ['iq4_nl', 32, 18],
  ] as const)('%s stores %i elements in %i bytes', (name, elements, bytes) => {
    expect(rowBytes(dtypeOf(name), elements)).toBe(bytes);
  });

  it('are listed from the largest to the smallest', () => {
    const bits = DTYPES.map(({ blockSize, blockBytes }) => blockBytes / blockSize);
    expect(bits).toEqual([...bits].sort((one, other) => other - one));
  });

  it('store whole blocks in proportion, and round a last one up', () => {
    fc.assert(
      fc.property(arbitrary.dtype, fc.nat(1e6), fc.nat(1e6), (name, one, other) => {
        const dtype = dtypeOf(name);
        const { blockSize, blockBytes } = dtype;
        expect(rowBytes(dtype, one * blockSize)).toBe(one * blockBytes);
        const together = rowBytes(dtype, one + other);
        const apart = rowBytes(dtype, one) + rowBytes(dtype, other);
        expect(together).toBeLessThanOrEqual(apart);
        expect(apart - together).toBeLessThanOrEqual(blockBytes);
      }),
    );
  });
});

describe('names of formats', () => {
  it('mean the same in every spelling that engines print', () => {
    for (const { name, aliases } of DTYPES) {
      for (const spelling of [name, ...aliases]) {
        expect(parseDtype(spelling)).toBe(name);
        expect(parseDtype(` torch.${spelling.toUpperCase()} `.trim().replace('TORCH', 'torch'))).toBe(name);
      }
    }
  });

  it('belong to one format each', () => {
    const names = DTYPES.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are suggested after a typo, and listed', () => {
    expect(() => parseDtype('bf61')).toThrow(/Unknown dtype "bf61"; did you mean bf16\? Known: fp32, fp16/);
  });

  it.each(['', ' ', 'constructor', '__proto__', 'toString', 'x'.repeat(1e5)])('refuse %.20j', (text) => {
    expect(() => parseDtype(text)).toThrow(/^Unknown dtype "[^"]{0,60}"/);
  });
});
