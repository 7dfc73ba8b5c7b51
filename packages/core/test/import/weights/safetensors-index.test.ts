import { describe, expect, it } from 'vitest';
import { weightsFromSafetensorsIndex } from '../../../src/import/weights/safetensors-index.js';
import { InputError } from '../../../src/text/errors.js';

describe('the weights of a safetensors index', () => {
  const part = {
    kind: 'projection',
    parameters: 8,
    bytes: 16,
    activeParameters: 8,
    activeBytes: 16,
  } as const;
  const formula = { parameters: 8, bytes: 16, source: 'a formula', parts: [part] };

  it('are its total size, and the parameters that it states or the formula knows', () => {
    // meta-llama/Llama-3.1-8B, model.safetensors.index.json.
    expect(weightsFromSafetensorsIndex({ metadata: { total_size: 16_060_522_496 }, weight_map: {} })).toEqual(
      {
        bytes: 16_060_522_496,
        source: 'model.safetensors.index.json',
      },
    );
    expect(
      weightsFromSafetensorsIndex({ metadata: { total_size: 20, total_parameters: 10 } }, formula),
    ).toMatchObject({ parameters: 10, bytes: 20 });
    expect(weightsFromSafetensorsIndex({ metadata: { total_size: 20 } }, formula)).toEqual({
      parameters: 8,
      bytes: 20,
      source: 'model.safetensors.index.json',
    });
  });

  it('have the parts of a formula that agrees to the byte', () => {
    expect(weightsFromSafetensorsIndex({ metadata: { total_size: 16 } }, formula).parts).toEqual([part]);
  });

  it.each([
    [undefined],
    ['text'],
    [[]],
    [{}],
    [{ metadata: null }],
    [{ metadata: {} }],
    [{ metadata: { total_size: -1 } }],
    [{ metadata: { total_size: '16' } }],
    [{ metadata: { total_size: 1e30 } }],
    [JSON.parse('{"metadata": {"__proto__": {"total_size": 16}}}')],
  ])('are refused where it is %j', (json) => {
    expect(() => weightsFromSafetensorsIndex(json)).toThrow(InputError);
  });
});
