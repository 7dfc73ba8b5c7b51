import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLayers, equalLayers, layerLabel, rangesText } from '../../src/model/describe.js';
import type { Layer } from '../../src/model/layer.js';
import { layer, modelOf } from '../arbitraries.js';

const heads = { numKeyValueHeads: 8, keyHeadDim: 128, valueHeadDim: 128 };
const full: Layer = { kind: 'full', ...heads };
const none: Layer = { kind: 'none' };
const slide: Layer = { kind: 'sliding', ...heads, slidingWindow: 1024 };

const picture = (layers: readonly Layer[]) => describeLayers(modelOf(layers));
const times = (count: number, ...items: Layer[]) => Array.from({ length: count }, () => items).flat();

describe('the picture of a model', () => {
  it('writes a repeating block once, with what is left over', () => {
    expect(picture([...times(10, ...times(5, slide), full), slide, slide])).toBe(
      '5x sliding(1024) + 1x full, x10, + 2x sliding(1024)',
    );
  });

  it('puts a block that follows other layers in brackets', () => {
    expect(picture([slide, ...times(2, none, full)])).toBe('1x sliding(1024) + (1x none + 1x full), x2');
  });

  it('counts equal layers', () => {
    expect(picture(times(32, full))).toBe('32x full');
  });

  it('finds a longer block before a shorter one inside it', () => {
    expect(picture(times(4, full, slide, full, slide, none))).toBe(
      '1x full + 1x sliding(1024) + 1x full + 1x sliding(1024) + 1x none, x4',
    );
  });

  it('tells layers with an index from those without', () => {
    const indexed: Layer = { kind: 'full', ...heads, indexer: { indexHeadDim: 128 } };
    expect(picture([full, indexed, indexed])).toBe('1x full + 2x full with index');
  });

  it('counts every layer once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(full, slide, none), { minLength: 1, maxLength: 40 }), (layers) => {
        const text = picture(layers);
        fc.pre(!text.includes('...'));
        let total = 0;
        for (const block of text.split(', + ').flatMap((part) => blocksOf(part))) {
          total += block;
        }
        expect(total).toBe(layers.length);
      }),
    );
  });

  it('stays short and quick for many different layers', () => {
    const layers = Array.from({ length: 100_000 }, (_, index) =>
      index % 3 === 0 || index % 7 === 0 || index % 11 === 0 ? full : slide,
    );
    expect(picture(layers).length).toBeLessThan(5_000);
  });
});

/** Layers in one part of a picture: a block before ", xN", in brackets where single runs stand before it. */
function blocksOf(part: string): readonly number[] {
  const count = (runs: string) =>
    runs.split(' + ').reduce((sum, run) => sum + (run === '' ? 0 : Number.parseInt(run, 10)), 0);
  const match = /^(?:(.*?) \+ \((\d+x .*)\)|(.*)), x(\d+)$/.exec(part);
  return match === null
    ? [count(part)]
    : [count(match[1] ?? ''), count(match[2] ?? match[3] ?? '') * Number(match[4])];
}

describe('the label of a layer', () => {
  it('names heads and sizes', () => {
    expect(layerLabel(full)).toBe('full, 8 KV heads x 128');
    expect(layerLabel(slide)).toBe('sliding(1024), 8 KV heads x 128');
    expect(layerLabel({ kind: 'shared', sharesWith: 3 })).toBe('shared, with layer 3');
  });

  it('says something about every layer', () => {
    fc.assert(
      fc.property(layer, (any) => {
        expect(layerLabel(any)).toMatch(/^[\w(]/);
        expect(layerLabel(any)).not.toMatch(/undefined|NaN/);
      }),
    );
  });
});

describe('layers grouped by what they remember', () => {
  it('are all of them, each once, equal within a group', () => {
    fc.assert(
      fc.property(fc.array(layer), (layers) => {
        const groups = equalLayers(layers);
        expect(groups.flatMap(({ indices }) => indices).sort((one, other) => one - other)).toEqual(
          layers.map((_, index) => index),
        );
        for (const { label, indices } of groups) {
          expect(indices.map((index) => layerLabel(layers[index] ?? none))).toEqual(indices.map(() => label));
        }
        expect(new Set(groups.map(({ label }) => label)).size).toBe(groups.length);
      }),
    );
  });

  it('are named by ranges, the middle of many left out', () => {
    expect(rangesText([0, 1, 2, 5, 7, 8])).toBe('0-2, 5, 7-8');
    expect(rangesText([])).toBe('');
    expect(rangesText(Array.from({ length: 20 }, (_, index) => 2 * index))).toBe(
      '0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, ... 38',
    );
  });
});
