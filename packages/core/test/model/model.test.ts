import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../../src/model/layer.js';
import { checkLayerCount, checkModel } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';
import * as arbitrary from '../arbitraries.js';
import { modelOf } from '../arbitraries.js';

const fullLayer = { kind: 'full', numKeyValueHeads: 8, keyHeadDim: 128, valueHeadDim: 128 } as const;

describe('a model', () => {
  it('is accepted with any layers whose sizes make sense', () => {
    fc.assert(
      fc.property(arbitrary.model, (model) => {
        expect(checkModel(model)).toBe(model);
      }),
    );
  });

  it('is refused with any size of any layer that makes none, and the layer named', () => {
    const badSize = fc.constantFrom(-1, 0.5, Number.NaN, Infinity, 2 ** 60);
    fc.assert(
      fc.property(arbitrary.memory, badSize, fc.nat(), (memory, size, choice) => {
        const sizes = Object.entries(memory).filter(([, value]) => typeof value === 'number');
        fc.pre(sizes.length > 0);
        const [name] = sizes[choice % sizes.length] ?? [''];
        const broken = { ...memory, [name]: size } as Layer;
        expect(() => checkModel(modelOf([fullLayer, broken]))).toThrow(`Layer 1: ${name} is ${size}`);
      }),
    );
  });

  it('has as many layers as it says', () => {
    expect(() => checkModel(modelOf([fullLayer], { numHiddenLayers: 2 }))).toThrow(
      'numHiddenLayers is 2, but 1 layers are described.',
    );
    expect(() => checkModel(modelOf([]))).toThrow(InputError);
  });

  it('shares only caches of earlier layers that keep one', () => {
    const sharing = (sharesWith: number): Layer => ({ kind: 'shared', sharesWith });
    expect(() => checkModel(modelOf([fullLayer, sharing(0)]))).not.toThrow();
    expect(() => checkModel(modelOf([fullLayer, sharing(1)]))).toThrow('earlier one');
    expect(() => checkModel(modelOf([fullLayer, sharing(7)]))).toThrow('earlier one');
    expect(() => checkModel(modelOf([{ kind: 'none' }, sharing(0)]))).toThrow('stores none');
    expect(() => checkModel(modelOf([fullLayer, sharing(0), sharing(1)]))).toThrow('stores none');
  });

  it('checks what is nested in a layer', () => {
    const state = {
      kind: 'recurrent',
      mechanism: 'mamba2',
      state: { shape: [8, 0], dtype: 'fp32' },
    } as const;
    expect(() => checkModel(modelOf([state]))).toThrow('Layer 0: state axis 1 is 0');
    expect(() => checkModel(modelOf([{ kind: 'composite', parts: [fullLayer, state] }]))).toThrow('Layer 0');
    const latent = { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 } as const;
    expect(() => checkModel(modelOf([{ ...latent, indexer: { indexHeadDim: 0 } }]))).toThrow(
      'indexHeadDim is 0',
    );
  });
});

describe('a number of layers', () => {
  it('is bounded, so that a hostile config cannot exhaust memory', () => {
    expect(checkLayerCount(100_000)).toBe(100_000);
    expect(() => checkLayerCount(100_001)).toThrow('at most 100000');
    expect(() => checkLayerCount(1e15)).toThrow(InputError);
    expect(() => checkLayerCount(0)).toThrow(InputError);
  });
});
