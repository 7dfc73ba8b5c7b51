import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PythonValue, parsePython } from '../../src/text/python-literal.js';

/** As Python prints it. */
function repr(value: PythonValue): string {
  if (typeof value === 'string') {
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  }
  if (typeof value !== 'object' || value === null) {
    return value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : String(value);
  }
  return Array.isArray(value)
    ? `[${value.map(repr).join(', ')}]`
    : `{${Object.entries(value)
        .map(([key, item]) => `${repr(key)}: ${repr(item)}`)
        .join(', ')}}`;
}

describe('what Python prints', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abc_XYZ09 .:/,=(){}[]"\'\\-'), maxLength: 12 });
  const { value } = fc.letrec<{ value: PythonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: fc.constantFrom(...'abc_'), minLength: 1 }), tie('value'), {
        minKeys: 1,
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  }));

  it('is read back', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(parsePython(repr(one))).toEqual(one);
      }),
    );
  });

  it('as a call is its keyword arguments, and as no plain data its text', () => {
    expect(
      parsePython("Args(a=1, b='x', c=<Level.INFO: 20>, d=torch.bfloat16, e=(1, 2), f=Inner(g=None))"),
    ).toEqual({
      a: 1,
      b: 'x',
      c: '<Level.INFO: 20>',
      d: 'torch.bfloat16',
      e: [1, 2],
      f: { g: null },
    });
  });

  it('ends where the text does, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'abc {}[]()<>:=,\'"\\1.'), maxLength: 200 }),
        (any) => {
          parsePython(any);
        },
      ),
    );
  });

  it('is not nested without end', () => {
    expect(() => parsePython('['.repeat(1000))).toThrow('Arguments are nested more than 40 deep.');
  });
});
