import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/text/errors.js';
import { full, plain, read, ssm, window } from './files.js';

describe('an unknown architecture', () => {
  it('is full attention, with a warning that names it, where its keys are plain', () => {
    const { layers, warnings } = read(plain('llama9', { 'rope.freq_base': 10000, brightness: 3 }));
    expect(layers).toEqual(Array.from({ length: 4 }, () => full));
    expect(warnings).toEqual([
      'The architecture "llama9" is not known (the nearest known one is "llama"); its keys look like plain attention, so every layer is counted as full; not understood, and taken to change nothing: "brightness".',
    ]);
  });

  it.each([
    ['a window', window, 'attention.sliding_window'],
    ['a state', ssm, 'ssm.conv_kernel'],
    ['a list for each layer', { brightness: [1, 2, 3, 4] }, 'brightness'],
  ])('is refused where a key hints at another mechanism: %s', (_what, more, key) => {
    expect(() => read(plain('novel', more))).toThrow(InputError);
    expect(() => read(plain('novel', more))).toThrow(`"${key}"`);
  });

  it('is refused without the keys of plain attention', () => {
    expect(() => read({ 'general.architecture': 'flux' })).toThrow(/no "flux.block_count"/);
  });
});
