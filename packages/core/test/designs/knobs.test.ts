import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEED_KNOBS } from '../../src/designs/designs.js';
import { knobTexts, parseKnobs } from '../../src/designs/knobs.js';

const size = { embDim: '64', nHeads: '8', nLayers: '2' };
const named = (key: string) => `<${key}>`;

describe('knobs as texts', () => {
  it('are the numbers that they say', () => {
    const count = fc.integer({ min: 1, max: 1e6 });
    fc.assert(
      fc.property(
        count,
        count,
        fc.array(count, { minLength: 1 }),
        count,
        (embDim, nHeads, groups, kvLoraRank) => {
          const texts = {
            embDim: `${embDim}`,
            nHeads: ` ${nHeads} `,
            nLayers: '1',
            nKvGroups: groups.join(', '),
          };
          expect(parseKnobs({ ...texts, kvLoraRank: `${kvLoraRank}` }, named)).toEqual({
            ...{ embDim, nHeads, nLayers: 1, nKvGroups: groups, kvLoraRank },
          });
        },
      ),
    );
  });

  it('fall back to defaults where they are absent', () => {
    expect(parseKnobs({}, named, SEED_KNOBS)).toEqual(SEED_KNOBS);
    expect(parseKnobs({ nLayers: '2' }, named, SEED_KNOBS)).toEqual({ ...SEED_KNOBS, nLayers: 2 });
  });

  it('call a latent by either of its names, but not by both', () => {
    expect(parseKnobs({ ...size, latentDim: '7' }, named)).toMatchObject({ kvLoraRank: 7 });
    expect(() => parseKnobs({ ...size, latentDim: '7', kvLoraRank: '7' }, named)).toThrow(
      '<latentDim> and <kvLoraRank> name the same size',
    );
  });

  it.each([
    [{ ...size, embDim: '-1' }, '<embDim> is "-1"; it must be a positive integer.'],
    [{ ...size, nKvGroups: '4,' }, '<nKvGroups> is ""; it must be a positive integer.'],
    [{ ...size, swaRatio: '1:1' }, '<swaRatio> needs <slidingWindowSize>'],
    [{ ...size, slidingWindowSize: '8', swaRatio: '1' }, '<swaRatio> is "1"; it must be a:b'],
    [{ ...size, qkRopeHeadDim: '64' }, '<qkRopeHeadDim> needs <kvLoraRank>'],
    [{ embDim: '64' }, '<nHeads> is missing; geometry by hand needs <embDim>, <nHeads>, <nLayers>.'],
  ])('%j is refused under its own name', (texts, message) => {
    expect(() => parseKnobs(texts, named)).toThrow(message);
  });

  it('are told apart from other options', () => {
    const options = { embDim: '64', context: '1k', nHeads: undefined } as { readonly embDim: string };
    expect(knobTexts(options)).toEqual({ embDim: '64' });
  });
});
