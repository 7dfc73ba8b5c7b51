import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TENSOR_TYPES } from '../../../src/import/gguf/tensor-types.js';
import { type GgufTensor, weightsOf } from '../../../src/import/gguf/weights.js';
import { DTYPES } from '../../../src/model/dtype.js';
import { InputError } from '../../../src/text/errors.js';

const tensor: fc.Arbitrary<GgufTensor> = fc
  .tuple(
    fc.constantFrom(...TENSOR_TYPES),
    fc.integer({ min: 0, max: 64 }),
    fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 3 }),
  )
  .map(([[type, { blockSize }], blocks, rest]) => ({
    name: 't',
    shape: [blocks * blockSize, ...rest],
    type,
  }));

describe('weights', () => {
  it('are the blocks of all tensors', () => {
    fc.assert(
      fc.property(fc.array(tensor, { minLength: 1 }), (tensors) => {
        const { weights } = weightsOf(tensors);
        const elementsOf = ({ shape }: GgufTensor) => shape.reduce((product, size) => product * size, 1);
        expect(weights?.parameters).toBe(tensors.reduce((sum, one) => sum + elementsOf(one), 0));
        const bits = tensors.reduce((sum, one) => {
          const { blockSize = 1, blockBytes = 0 } = TENSOR_TYPES.get(one.type) ?? {};
          return sum + (elementsOf(one) * blockBytes) / blockSize;
        }, 0);
        expect(weights?.bytes).toBe(bits);
      }),
    );
  });

  it('of Q4_K are 144 bytes for 256 parameters', () => {
    expect(weightsOf([{ name: 'blk.0.ffn_up.weight', shape: [4096, 14336], type: 12 }])).toEqual({
      weights: { parameters: 58_720_256, bytes: 33_030_144, source: 'the tensors of the GGUF file' },
      warnings: [],
    });
  });

  it('are not counted where a type is not known, with a warning', () => {
    const { weights, warnings } = weightsOf([{ name: 'odd', shape: [1], type: 57 }]);
    expect(weights).toBeUndefined();
    expect(warnings).toEqual(['The type 57 of the tensor "odd" is not known, so weights are not counted.']);
  });

  it.each([
    ['rows that are no whole blocks', [100, 2], /whole blocks of 32/],
    ['more elements than can be', [2 ** 32, 2 ** 32], /more than 2\^53/],
  ])('are refused with %s', (_what, shape, message) => {
    expect(() => weightsOf([{ name: 't', shape, type: 8 }])).toThrow(InputError);
    expect(() => weightsOf([{ name: 't', shape, type: 8 }])).toThrow(message);
  });
});

it('stores as many bytes an element as a cache of the same type', () => {
  for (const { name, blockSize, blockBytes } of TENSOR_TYPES.values()) {
    const same = DTYPES.find(
      (dtype) => dtype.name === name || (dtype.aliases as readonly string[]).includes(name),
    );
    if (same !== undefined) {
      expect([name, blockBytes / blockSize]).toEqual([name, same.blockBytes / same.blockSize]);
    }
  }
});
