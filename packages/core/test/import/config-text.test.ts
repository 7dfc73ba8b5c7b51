import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfigText } from '../../src/import/config-text.js';
import { InputError } from '../../src/text/errors.js';

describe('the text of a config', () => {
  it('is read as JSON, whatever its texts hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseConfigText(text)).toEqual(JSON.parse(text));
      }),
    );
    const hostile = { 'Infinity "NaN': '-Infinity \\" NaN', list: ['\\', 'NaN'] };
    expect(parseConfigText(JSON.stringify(hostile))).toEqual(hostile);
  });

  it('may hold the numbers that Python writes, which mean nothing here', () => {
    expect(parseConfigText('\ufeff{"time_step_limit": [0.0, Infinity], "a": -Infinity, "b": NaN}')).toEqual({
      time_step_limit: [0, null],
      a: null,
      b: null,
    });
  });

  it('has nothing else replaced beside the numbers that Python writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = `[${JSON.stringify(object)}, NaN, -Infinity]`;
        expect(parseConfigText(text)).toEqual([JSON.parse(JSON.stringify(object)), null, null]);
      }),
    );
  });

  it.each(['', '{', '{"a": Infinit}', '{"a": "Infinity}', "{'a': 1}"])(
    'is refused where it is %j',
    (text) => {
      expect(() => parseConfigText(text)).toThrow(InputError);
    },
  );

  it('may hold a field twice, of which the last counts', () => {
    expect(parseConfigText('{"num_hidden_layers": 32, "num_hidden_layers": 16}')).toEqual({
      num_hidden_layers: 16,
    });
  });

  it('is read in linear time', () => {
    expect(() => parseConfigText(`"${'\\'.repeat(1e6)}`)).toThrow(InputError);
    expect(() => parseConfigText('"'.repeat(1e6))).toThrow(InputError);
    expect(() => parseConfigText(`"${'\\"'.repeat(3e5)}`)).toThrow(InputError);
  });

  it('may hold a text of any length, beside numbers that Python writes too', () => {
    const long = `${'x'.repeat(2e7)} NaN \\" `;
    expect(parseConfigText(`{"a": ${JSON.stringify(long)}, "b": NaN}`)).toEqual({ a: long, b: null });
  });
});
