import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelFromConfig } from '../../src/import/config.js';
import { InputError } from '../../src/text/errors.js';

const PLAIN = {
  model_type: 'llama',
  num_hidden_layers: 4,
  hidden_size: 512,
  num_attention_heads: 8,
  head_dim: 64,
};
const layersOf = (config: object) => modelFromConfig(config, { id: 'test', source: 'a test' }).layers;

describe('fields of single layers', () => {
  it('change those layers as they would change a whole model, and no other', () => {
    const heads = fc.constantFrom(1, 2, 4, 8);
    fc.assert(
      fc.property(fc.nat(3), heads, fc.integer({ min: 1, max: 256 }), (index, numKeyValueHeads, headDim) => {
        const own = { num_key_value_heads: numKeyValueHeads, head_dim: headDim };
        const layers = layersOf({ ...PLAIN, per_layer_config: { [index]: own } });
        const plain = layersOf(PLAIN);
        const whole = layersOf({ ...PLAIN, ...own });
        expect(layers).toEqual(plain.map((layer, place) => (place === index ? whole[place] : layer)));
      }),
    );
  });

  it('are read under keys with zeros before them, as they are saved', () => {
    const layers = layersOf({ ...PLAIN, per_layer_config: { '02': { head_dim: 128 } } });
    expect(layers[2]).toMatchObject({ keyHeadDim: 128 });
  });

  it('leave nothing to remember where attention is skipped', () => {
    const layers = layersOf({ ...PLAIN, per_layer_config: { 1: { skip: ['attention'] } } });
    expect(layers.map(({ kind }) => kind)).toEqual(['full', 'none', 'full', 'full']);
  });

  it('say the head size of full layers of Gemma 4, saved anew', () => {
    const config = {
      ...PLAIN,
      model_type: 'gemma4_text',
      sliding_window: 16,
      layer_types: ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'],
      per_layer_config: { 1: { head_dim: 96 }, 3: { head_dim: 96, num_key_value_heads: 2 } },
    };
    expect(layersOf(config)).toMatchObject([
      { kind: 'sliding', keyHeadDim: 64 },
      { kind: 'full', keyHeadDim: 96 },
      { kind: 'sliding', keyHeadDim: 64 },
      { kind: 'full', keyHeadDim: 96, numKeyValueHeads: 2 },
    ]);
  });

  it.each([{ 4: {} }, { first: {} }, { 0: 1 }, { 0: { skip: 'attention' } }, { 0: { head_dim: -1 } }])(
    'are refused where they make no sense: %j',
    (overrides) => {
      expect(() => layersOf({ ...PLAIN, per_layer_config: overrides })).toThrow(InputError);
    },
  );
});
