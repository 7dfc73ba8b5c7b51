import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import {
  groupedQueryAttention,
  type Hyperparameters,
  hybridRecurrentAttention,
  multiHeadAttention,
  multiHeadLatentAttention,
  multiQueryAttention,
  parseLayerRatio,
  slidingWindowAttention,
} from '../../src/designs/attention.js';
import { estimate } from '../../src/estimate/estimate.js';
import type { Model } from '../../src/model/model.js';
import * as arbitrary from '../arbitraries.js';

const size: fc.Arbitrary<Hyperparameters> = fc.record(
  {
    embDim: fc.integer({ min: 1, max: 16_384 }),
    nHeads: fc.integer({ min: 1, max: 128 }),
    nLayers: fc.integer({ min: 1, max: 100 }),
  },
  { noNullPrototype: true },
);

/** A size with a number of groups that divides its heads. */
const grouped = size.chain((sizes) => {
  const divisors = Array.from({ length: sizes.nHeads }, (_, index) => index + 1).filter(
    (groups) => sizes.nHeads % groups === 0,
  );
  return fc.record({ sizes: fc.constant(sizes), nKvGroups: fc.constantFrom(...divisors) });
});

const ratio = fc
  .tuple(fc.nat(8), fc.nat(8))
  .filter(([cheap, full]) => cheap + full > 0)
  .map(([cheap, full]) => ({ cheap, full }));

function bytes(model: Model, contextLength = 4096): number {
  return estimate(model, { ...DEFAULT_WORKLOAD, contextLength }).totalBytes;
}

describe('grouped-query attention', () => {
  it('lies between MQA and MHA', () => {
    fc.assert(
      fc.property(grouped, ({ sizes, nKvGroups }) => {
        const gqa = bytes(groupedQueryAttention({ ...sizes, nKvGroups }));
        expect(gqa).toBeLessThanOrEqual(bytes(multiHeadAttention(sizes)));
        expect(gqa).toBeGreaterThanOrEqual(bytes(multiQueryAttention(sizes)));
      }),
    );
  });

  it('is smaller than MHA by exactly its groups', () => {
    fc.assert(
      fc.property(grouped, ({ sizes, nKvGroups }) => {
        expect(bytes(groupedQueryAttention({ ...sizes, nKvGroups })) * nKvGroups).toBe(
          bytes(multiHeadAttention(sizes)),
        );
      }),
    );
  });

  it('is refused where the groups do not divide the heads', () => {
    expect(() => groupedQueryAttention({ embDim: 64, nHeads: 12, nLayers: 1, nKvGroups: 5 })).toThrow(
      'n_heads 12 is not divisible by n_kv_groups 5; choose a divisor of 12.',
    );
  });
});

describe('latent attention', () => {
  it('costs one vector a token and layer, whatever the heads', () => {
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: 1, max: 4096 }),
        fc.nat(512),
        (sizes, kvLoraRank, qkRopeHeadDim) => {
          const model = multiHeadLatentAttention({ ...sizes, kvLoraRank, qkRopeHeadDim });
          expect(bytes(model, 1)).toBe(sizes.nLayers * (kvLoraRank + qkRopeHeadDim) * 2);
        },
      ),
    );
  });
});

describe('sliding layers', () => {
  it('cost between all of them sliding and none', () => {
    fc.assert(
      fc.property(
        grouped,
        ratio,
        arbitrary.contextLength,
        ({ sizes, nKvGroups }, swaRatio, contextLength) => {
          const swa = { ...sizes, nKvGroups, slidingWindowSize: 1024 };
          const mixed = bytes(slidingWindowAttention({ ...swa, swaRatio }), contextLength);
          const all = bytes(
            slidingWindowAttention({ ...swa, swaRatio: { cheap: 1, full: 0 } }),
            contextLength,
          );
          expect(mixed).toBeGreaterThanOrEqual(all);
          expect(mixed).toBeLessThanOrEqual(
            bytes(groupedQueryAttention({ ...sizes, nKvGroups }), contextLength),
          );
        },
      ),
    );
  });

  it('are a of every a + b layers, with what is left over taking the sliding ones first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), ratio, (nLayers, swaRatio) => {
        const { cheap, full } = swaRatio;
        const model = slidingWindowAttention({
          ...{ embDim: 64, nHeads: 4, nLayers, nKvGroups: 1, slidingWindowSize: 8, swaRatio },
        });
        const block = cheap + full;
        const expected = Math.floor(nLayers / block) * cheap + Math.min(cheap, nLayers % block);
        expect(model.layers.filter(({ kind }) => kind === 'sliding')).toHaveLength(expected);
      }),
    );
  });
});

describe('a hybrid', () => {
  it('pays for full layers by the token and for recurrent ones once', () => {
    const sizes = {
      embDim: 1024,
      nHeads: 8,
      nLayers: 8,
      nKvGroups: 2,
      recurrentRatio: { cheap: 3, full: 1 },
    };
    const model = hybridRecurrentAttention(sizes);
    const state = 6 * (8 * 128 * 128) * 2;
    const token = 2 * 4 * (128 + 128) * 2;
    expect(bytes(model, 1)).toBe(state + token);
    expect(bytes(model, 1000)).toBe(state + 1000 * token);
  });
});

describe('the size of a head', () => {
  it('is rounded up, visibly, where it does not divide', () => {
    const model = multiHeadAttention({ embDim: 2048, nHeads: 24, nLayers: 1 });
    expect(model.layers[0]).toMatchObject({ keyHeadDim: 86, valueHeadDim: 86 });
    expect(model.warnings).toEqual([
      'emb_dim 2048 is not divisible by n_heads 24; head_dim is rounded up to 86.',
    ]);
  });

  it('is what is given, where it is given, with nothing to warn of', () => {
    const model = multiHeadAttention({ embDim: 2048, nHeads: 24, nLayers: 1, headDim: 64 });
    expect(model.layers[0]).toMatchObject({ keyHeadDim: 64 });
    expect(model.warnings).toEqual([]);
  });
});

describe('sizes that make no sense', () => {
  it.each([
    [{ embDim: 0, nHeads: 1, nLayers: 1 }, 'emb_dim is 0'],
    [{ embDim: 64, nHeads: -1, nLayers: 1 }, 'n_heads is -1'],
    [{ embDim: 64, nHeads: 1, nLayers: 0.5 }, 'the number of layers is 0.5'],
    [{ embDim: Number.NaN, nHeads: 1, nLayers: 1 }, 'emb_dim is NaN'],
    [{ embDim: 64, nHeads: 1, nLayers: 1e9 }, 'at most 100000'],
  ])('%j is refused', (sizes, message) => {
    expect(() => multiHeadAttention(sizes)).toThrow(message);
  });
});

describe('a ratio', () => {
  it('reads back as written', () => {
    fc.assert(
      fc.property(ratio, ({ cheap, full }) => {
        expect(parseLayerRatio(`${cheap}:${full}`)).toEqual({ cheap, full });
      }),
    );
  });

  it.each(['', ':', '5', '5:', ':1', '0:0', '-1:1', '1.5:1', 'a:b', '1:1:1', '9007199254740992:1'])(
    '%j is refused',
    (text) => {
      expect(() => parseLayerRatio(text)).toThrow(`the ratio is "${text}"; it must be a:b`);
    },
  );
});
