import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightsFromSafetensorsHeader } from '../../../src/import/weights/safetensors-header.js';
import { InputError } from '../../../src/text/errors.js';

const BYTES = { F32: 4, BF16: 2, F16: 2, F8_E4M3: 1 } as const;

const shapes = fc.array(
  fc.record({
    dtype: fc.constantFrom(...(Object.keys(BYTES) as (keyof typeof BYTES)[])),
    shape: fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 20 },
);

const elementsOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** A header as safetensors writes it, its tensors one after the other. */
function headerOf(
  tensors: readonly { readonly dtype: keyof typeof BYTES; readonly shape: readonly number[] }[],
): Readonly<Record<string, { data_offsets: [number, number] }>> {
  let begin = 0;
  return Object.fromEntries(
    tensors.map(({ dtype, shape }, index) => {
      const end = begin + BYTES[dtype] * elementsOf(shape);
      const tensor = { dtype, shape, data_offsets: [begin, end] as [number, number] };
      begin = end;
      return [`t${index}`, tensor];
    }),
  );
}

const one = (tensor: object) => ({ t: { dtype: 'BF16', shape: [2, 4], data_offsets: [0, 16], ...tensor } });

describe('the weights of a safetensors header', () => {
  it('are the elements and bytes of all tensors, in whatever order they are listed', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), (tensors, isReversed) => {
        const entries = Object.entries(headerOf(tensors));
        const listed = Object.fromEntries(isReversed ? entries.reverse() : entries);
        expect(weightsFromSafetensorsHeader({ __metadata__: { format: 'pt' }, ...listed })).toEqual({
          parameters: tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0),
          bytes: tensors.reduce((sum, { dtype, shape }) => sum + BYTES[dtype] * elementsOf(shape), 0),
          source: 'model.safetensors',
        });
      }),
    );
  });

  it('are refused where a tensor is moved by a byte', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.constantFrom(0, 1), (tensors, which, side) => {
        const header = headerOf(tensors);
        const tensor = header[`t${which % tensors.length}`];
        if (tensor !== undefined) {
          tensor.data_offsets[side] = (tensor.data_offsets[side] ?? 0) + 1;
        }
        expect(() => weightsFromSafetensorsHeader(header)).toThrow(InputError);
      }),
    );
  });

  it('end in weights or one error, whatever the header is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.record({ dtype: fc.anything(), shape: fc.anything(), data_offsets: fc.anything() }),
        ),
        (header) => {
          try {
            expect(weightsFromSafetensorsHeader(header).bytes).toSatisfy(Number.isSafeInteger);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
    );
  });

  it('take the parameters of the formula where integers may hold several each', () => {
    const packed = one({ dtype: 'I32', shape: [4] });
    const formula = { parameters: 32, bytes: 64, source: 'a formula' };
    expect(weightsFromSafetensorsHeader(packed, formula)).toEqual({
      parameters: 32,
      bytes: 16,
      source: 'model.safetensors',
    });
    expect(weightsFromSafetensorsHeader(packed)).not.toHaveProperty('parameters');
  });

  it('have the parts of a formula that agrees to the byte', () => {
    const part = { kind: 'other', parameters: 8, bytes: 16, activeParameters: 8, activeBytes: 16 } as const;
    const formula = { parameters: 8, bytes: 16, source: 'a formula', parts: [part] };
    expect(weightsFromSafetensorsHeader(one({}), formula)).toEqual({
      ...formula,
      source: 'model.safetensors',
    });
  });

  it('count elements of less than a byte', () => {
    expect(weightsFromSafetensorsHeader(one({ dtype: 'F4', shape: [32] }))).toMatchObject({
      parameters: 32,
      bytes: 16,
    });
  });

  it.each([
    [undefined],
    [[]],
    [{}],
    [{ __metadata__: {} }],
    [{ t: null }],
    [one({ dtype: 'F3' })],
    [one({ dtype: '__proto__' })],
    [one({ shape: [2, 4.5] })],
    [one({ shape: [-2, -4] })],
    [one({ shape: '8' })],
    [one({ shape: [2 ** 53 - 1, 2 ** 53 - 1] })],
    [one({ data_offsets: [0, 15] })],
    [one({ data_offsets: [0] })],
    [one({ data_offsets: [0, 16, 16] })],
    [one({ data_offsets: [2 ** 60, 2 ** 60 + 16] })],
    [one({ data_offsets: [8, 24] })],
    [one({ shape: [0], data_offsets: [0, 0] })],
    [{ ...one({}), u: one({}).t }],
  ])('are refused where it is %j', (json) => {
    expect(() => weightsFromSafetensorsHeader(json)).toThrow(InputError);
  });
});
