import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { SGLANG_CACHE_DTYPES } from '../../../src/engines/sglang/cache-types.js';
import { type SglangCapacity, sglangCapacity } from '../../../src/engines/sglang/capacity.js';
import { sglang } from '../../../src/engines/sglang/engine.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat, sliding } from '../../layers.js';

function run(model: Model, use: Partial<Workload> = {}, settings: SglangSettings = {}): Allocation {
  return estimate(model, { ...DEFAULT_WORKLOAD, ...use }, sglang(settings));
}

const STATE_BYTES = 8192 * 3 * 2 + 32 * 128 * 128 * 4;

const llama8b = modelOf(repeat([32, full(8, 128)]));
const deepseekV3 = modelOf(repeat([61, { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]));
const gptOss = modelOf(repeat([18, sliding(8, 64, 128)], [18, full(8, 64)]), {
  architecture: 'GptOssForCausalLM',
});
const v4Layer = (compressRatio: number): Layer => ({
  kind: 'composite',
  parts: [
    { kind: 'latent', kvLoraRank: 448, qkRopeHeadDim: 64, slidingWindow: 128 },
    {
      ...{ kind: 'compressed', compressRatio, headDim: 512 },
      ...(compressRatio === 4 ? { indexer: { indexHeadDim: 128 } } : {}),
    },
  ],
});

/** DeepSeek-V4-Pro: 61 layers, each with a window and compressed entries of ratio 4 or 128. */
const deepseekV4 = modelOf(repeat([30, v4Layer(4)], [31, v4Layer(128)]), {
  architecture: 'DeepseekV4ForCausalLM',
});
const qwen3Next = modelOf(repeat([36, deltaNet], [12, full(2, 256)]), {
  architecture: 'Qwen3NextForCausalLM',
});

const plainDtype = fc.constantFrom<DtypeName>('fp16', 'bf16', 'fp8_e4m3', 'fp8_e5m2');
const dtype = fc.constantFrom(...SGLANG_CACHE_DTYPES);
function workloadOf(cacheDtype: fc.Arbitrary<DtypeName>): fc.Arbitrary<Workload> {
  return fc
    .record({ contextLength: arbitrary.contextLength, numSequences: arbitrary.numSequences, cacheDtype })
    .map(({ contextLength, numSequences, cacheDtype: same }) => ({
      ...DEFAULT_WORKLOAD,
      contextLength,
      numSequences,
      keyDtype: same,
      valueDtype: same,
    }));
}
const workload = workloadOf(plainDtype);

const settings: fc.Arbitrary<SglangSettings> = fc.record(
  {
    pageSize: fc.constantFrom(1, 16, 64, 128),
    swaFullTokensRatio: fc.double({ min: 0.01, max: 1, noNaN: true }),
    disableRadixCache: fc.boolean(),
    mambaSsmDtype: fc.constant('float32' as const),
  },
  { noNullPrototype: true },
);

const { full: fullLayer } = arbitrary.MEMORIES;
const window = fc.integer({ min: 1, max: 5000 });
const architecture = fc.constantFrom('GptOssForCausalLM', 'Qwen3NextForCausalLM', 'LlamaForCausalLM');

/** Models whose attention layers have the same heads, some of them with a window or a state instead. */
const model = fc
  .record({
    heads: fullLayer,
    kinds: fc.array(fc.constantFrom('full' as const, 'sliding' as const, 'recurrent' as const), {
      minLength: 1,
      maxLength: 10,
    }),
    slidingWindow: window,
    recurrent: arbitrary.recurrentLayer,
    architecture,
  })
  .map(({ heads, kinds, slidingWindow, recurrent, architecture: name }) => {
    const layers: Readonly<Record<string, Layer>> = {
      full: heads,
      sliding: { ...heads, kind: 'sliding', slidingWindow },
      recurrent,
    };
    return modelOf(
      kinds.map((kind) => layers[kind] ?? heads),
      { architecture: name },
    );
  });

describe('an allocation', () => {
  it('is never below what attention needs, and an exact integer', () => {
    fc.assert(
      fc.property(model, workload, settings, (any, use, set) => {
        const { totalBytes, pools } = run(any, use, set);
        expect(totalBytes).toBeGreaterThanOrEqual(estimate(any, use).totalBytes);
        for (const value of pools.flatMap((pool) => Object.values(pool))) {
          expect(typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0)).toBe(true);
        }
      }),
    );
  });

  it('grows with the context and with sequences', () => {
    fc.assert(
      fc.property(model, workload, settings, fc.nat(1000), (any, use, set, more) => {
        const { totalBytes } = run(any, use, set);
        const longer = run(any, { ...use, contextLength: use.contextLength + more }, set);
        expect(longer.totalBytes).toBeGreaterThanOrEqual(totalBytes);
        const wider = run(any, { ...use, numSequences: use.numSequences + 1 }, set);
        expect(wider.totalBytes).toBeGreaterThanOrEqual(totalBytes);
      }),
    );
  });

  it('is what attention needs at whole pages, and one page more', () => {
    const uniform = fc.constantFrom('full' as const, 'latent' as const).chain(arbitrary.uniformModel);
    fc.assert(
      fc.property(uniform, workload, settings, (any, use, set) => {
        const { pageSize = 1 } = set;
        const whole = { ...use, contextLength: use.contextLength * pageSize };
        const page = { ...use, contextLength: pageSize, numSequences: 1 };
        expect(run(any, whole, set).totalBytes).toBe(
          estimate(any, whole).totalBytes + estimate(any, page).totalBytes,
        );
      }),
    );
  });

  it('takes no more for a window than for full attention', () => {
    fc.assert(
      fc.property(
        fullLayer,
        window,
        architecture,
        workload,
        settings,
        (heads, slidingWindow, name, use, set) => {
          const other = { architecture: name };
          const slides = run(modelOf([{ ...heads, kind: 'sliding', slidingWindow }], other), use, set);
          const keeps = run(modelOf([heads], other), use, set);
          expect(slides.totalBytes).toBeLessThanOrEqual(keeps.totalBytes);
        },
      ),
    );
  });

  it('treats keys and values alike', () => {
    fc.assert(
      fc.property(fullLayer, workloadOf(dtype), settings, (layer, use, set) => {
        const exchanged = { ...layer, keyHeadDim: layer.valueHeadDim, valueHeadDim: layer.keyHeadDim };
        const [pool] = run(modelOf([layer]), use, set).pools;
        const [other] = run(modelOf([exchanged]), use, set).pools;
        expect([other?.valueBytes, other?.keyBytes]).toEqual([pool?.keyBytes, pool?.valueBytes]);
      }),
    );
  });

  it('holds at least the whole on tensor-parallel devices together', () => {
    const ranks = fc.constantFrom(1, 2, 4, 8);
    fc.assert(
      fc.property(model, workload, settings, ranks, (any, use, set, tensorParallel) => {
        const split = run(any, { ...use, tensorParallel }, set);
        expect(split.totalBytes).toBe(tensorParallel * split.perDeviceBytes);
        expect(split.totalBytes).toBeGreaterThanOrEqual(run(any, use, set).totalBytes);
      }),
    );
  });

  it('is the same for replicas that share the devices as for fewer devices each', () => {
    fc.assert(
      fc.property(fullLayer, workload, fc.constantFrom(2, 4), (layer, use, dataParallel) => {
        const any = modelOf([layer]);
        const attention = run(
          any,
          { ...use, tensorParallel: 2 * dataParallel, dataParallel },
          { enableDpAttention: true },
        );
        const replicas = run(any, { ...use, tensorParallel: 2, dataParallel });
        expect(attention.totalBytes).toBe(replicas.totalBytes);
      }),
    );
  });

  it('grows by its bytes per token from page to page', () => {
    fc.assert(
      fc.property(fullLayer, workload, settings, (layer, use, set) => {
        const any = modelOf([layer]);
        const { pageSize = 1 } = set;
        const later = run(any, { ...use, contextLength: use.contextLength + pageSize }, set);
        const { totalBytes, bytesPerToken } = run(any, use, set);
        expect(later.totalBytes - totalBytes).toBe(pageSize * bytesPerToken * use.numSequences);
      }),
    );
  });
});

describe('pools', () => {
  it('have one page more than tokens', () => {
    const use = { contextLength: 32_768 };
    expect(run(llama8b, use).totalBytes).toBe(32_769 * 131_072);
    expect(run(llama8b, use, { pageSize: 64 }).totalBytes).toBe((32_768 + 64) * 131_072);
    expect(run(deepseekV3, use).totalBytes).toBe(32_769 * 61 * 1152);
    expect(run(llama8b, use).pools[0]?.explanation.join()).toBe(
      '32 layers x 32769 slots x 8 KV heads x (128 + 128) bf16; slots: 32768 tokens and one page of 1 for the writes of padding',
    );
  });

  it('of sliding layers have a part of the tokens of full ones', () => {
    const { pools } = run(gptOss, { contextLength: 32_768 });
    expect(pools.map(({ name, tokens }) => [name, tokens])).toEqual([
      ['sliding(128)', Math.floor(32_768 * 0.8) + 1],
      ['full', 32_769],
    ]);
  });

  it('are larger where the sliding part would not hold the windows', () => {
    const use = { contextLength: 100, numSequences: 8 };
    const { pools } = run(gptOss, use, { swaFullTokensRatio: 0.5 });
    expect(pools.map(({ tokens }) => tokens)).toEqual([801, 1601]);
  });

  it('keep every token of windows in architectures without a pool for them', () => {
    const gemma3 = modelOf(repeat([52, sliding(16, 128, 1024)], [10, full(16, 128)]), {
      architecture: 'Gemma3ForConditionalGeneration',
    });
    const { totalBytes, warnings } = run(gemma3, { contextLength: 32_768 });
    expect(totalBytes).toBe(62 * 32_769 * 8192);
    expect(warnings.join()).toContain('keep every token');
    const disabled = run(gptOss, { contextLength: 32_768 }, { disableHybridSwaMemory: true });
    expect(disabled.totalBytes).toBe(36 * 32_769 * 2048);
    expect(disabled.warnings).toEqual([]);
  });

  it('have rows for layers that share a cache or attend to nothing', () => {
    const shares = modelOf([full(8, 128), { kind: 'shared', sharesWith: 0 }, { kind: 'none' }]);
    expect(run(shares, { contextLength: 100 }).totalBytes).toBe(3 * 101 * 4096);
  });

  it('of states have five for each request, or one without the prefix cache', () => {
    const use = { contextLength: 100, numSequences: 3 };
    const stateBytes = (set: SglangSettings, any = qwen3Next) =>
      run(any, use, set).pools.find(({ name }) => name === 'recurrent')?.stateBytes;
    expect(stateBytes({})).toBe(16 * 36 * STATE_BYTES);
    expect(stateBytes({ mambaRadixCacheStrategy: 'extra_buffer_lazy' })).toBe(13 * 36 * STATE_BYTES);
    expect(stateBytes({ mambaRadixCacheStrategy: 'no_buffer' })).toBe(10 * 36 * STATE_BYTES);
    expect(stateBytes({ disableRadixCache: true })).toBe(4 * 36 * STATE_BYTES);
    expect(stateBytes({ maxMambaCacheSize: 100 })).toBe(101 * 36 * STATE_BYTES);
    expect(stateBytes({}, { ...qwen3Next, architecture: 'Lfm2ForCausalLM' })).toBe(10 * 36 * STATE_BYTES);
  });
});

describe('what the engine logs', () => {
  it('is the memory over the bytes of a token', () => {
    const found = sglangCapacity(llama8b, DEFAULT_WORKLOAD, {}, 1000 * 131_072 + 131_071);
    expect(found).toEqual({
      maxTotalNumTokens: 1000,
      swaTokens: undefined,
      keyBytes: 1001 * 65_536,
      valueBytes: 1001 * 65_536,
      maxMambaCacheSize: undefined,
      convolutionBytes: 0,
      stateBytes: 0,
      swaKeyBytes: 0,
      swaValueBytes: 0,
      speculativeConvolutionBytes: 0,
      speculativeStateBytes: 0,
      draftKeyBytes: 0,
      draftValueBytes: 0,
      maxRunningRequests: 500,
    } satisfies SglangCapacity);
  });

  it('never asks for more memory than there is, the page for padding aside', () => {
    const bytes = fc.integer({ min: 2 ** 33, max: 2 ** 40 });
    fc.assert(
      fc.property(model, workload, settings, bytes, (any, use, set, available) => {
        const found = sglangCapacity(any, { ...use, contextLength: 1000 }, set, available);
        const { keyBytes, valueBytes, convolutionBytes, stateBytes } = found;
        const page = run(any, { ...use, contextLength: 1, numSequences: 1 }, set).pools.map(
          (pool) => (pool.keyBytes + pool.valueBytes) / Math.max(pool.tokens, 1),
        );
        const padding = page.reduce((total, one) => total + one, 0) * (set.pageSize ?? 1);
        expect(keyBytes + valueBytes + convolutionBytes + stateBytes).toBeLessThanOrEqual(
          available + padding,
        );
      }),
    );
  });

  it('has windows for the requests that are given, where no prefixes are kept', () => {
    const set = { disableRadixCache: true, maxRunningRequests: 8 };
    const tokens = (settings: SglangSettings) =>
      sglangCapacity(gptOss, DEFAULT_WORKLOAD, settings, 2 ** 34).swaTokens;
    expect(tokens(set)).toBe(8 * (128 + 128 + 1 + 1) + 2 * 8192 + 1);
    expect(tokens({ ...set, speculativeAlgorithm: 'NGRAM' })).toBe(
      8 * (128 + 12 * 128 + 1 + 24) + 2 * 8192 + 1,
    );
    expect(tokens({ ...set, version: '0.5.13' })).toBe(tokens({}));
  });

  it('is refused where nothing fits', () => {
    expect(() => sglangCapacity(llama8b, DEFAULT_WORKLOAD, {}, 1000)).toThrow(InputError);
    const fp8 = { ...DEFAULT_WORKLOAD, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
    expect(() => sglangCapacity(deepseekV4, fp8, {}, 2 ** 30)).toThrow(/not enough for 256 requests/);
  });

  it('of DeepSeek-V4 are the tokens that 0.5.12 made of 4.125 GiB for V4-Pro: 23749.84 bytes each', () => {
    const fp8 = { ...DEFAULT_WORKLOAD, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
    const tokens = (bytes: number) =>
      sglangCapacity(deepseekV4, fp8, { version: '0.5.12' }, bytes).maxTotalNumTokens;
    expect(tokens(Math.ceil(186_368 * 23_749.8375))).toBe(186_368);
    expect(tokens(Math.floor(186_368 * 23_749.8375) - 1)).toBe(186_368 - 256);
  });
});

describe('what the engine does not run', () => {
  const plain = modelOf([full(8, 128)], { numAttentionHeads: 32 });
  const fp8 = { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
  const mxfp8 = { keyDtype: 'mxfp8', valueDtype: 'mxfp8' } as const;
  const nvfp4 = { keyDtype: 'nvfp4', valueDtype: 'nvfp4' } as const;
  const sparse = (sizes: { readonly kvLoraRank?: number; readonly indexHeadDim?: number } = {}) =>
    modelOf([
      {
        kind: 'latent',
        kvLoraRank: sizes.kvLoraRank ?? 512,
        qkRopeHeadDim: 64,
        indexer: { indexHeadDim: sizes.indexHeadDim ?? 128 },
      },
    ]);
  const compressed = (parts: Partial<{ compressRatio: number; headDim: number }> = {}) =>
    modelOf([{ kind: 'compressed', compressRatio: 4, headDim: 512, ...parts }]);

  it.each([
    ['keys and values of two dtypes', plain, { valueDtype: 'fp8_e4m3' }, {}, /one --kv-cache-dtype/],
    ['a dtype that it has not', plain, { keyDtype: 'q8_0', valueDtype: 'q8_0' }, {}, /no cache dtype q8_0/],
    [
      'heads that ranks do not divide',
      modelOf([full(6, 128)]),
      { tensorParallel: 4 },
      {},
      /6 key-value heads/,
    ],
    ['attention heads that ranks do not divide', plain, { tensorParallel: 3 }, {}, /32 attention heads/],
    ['states that ranks do not divide', qwen3Next, { tensorParallel: 64 }, {}, /cannot split the 32 heads/],
    ['more stages than layers', plain, { pipelineParallel: 2 }, {}, /at most, one for each layer/],
    ['contexts over devices', plain, { contextParallel: 2 }, {}, /contextParallel is 2/],
    [
      'replicas that do not divide the devices they share',
      plain,
      { tensorParallel: 4, dataParallel: 3 },
      { enableDpAttention: true },
      /must divide tensorParallel 4/,
    ],
    ['heads that a scale does not fill', modelOf([full(8, 80)]), mxfp8, {}, /blocks of 32/],
    ['latents in mxfp8', deepseekV3, mxfp8, {}, /no mxfp8 cache for the latents/],
    ['sparse latents in fp4', sparse(), nvfp4, {}, /no nvfp4 cache for the latents/],
    ['sparse fp8 latents that a scale does not fill', sparse({ kvLoraRank: 500 }), fp8, {}, /blocks of 128/],
    ['other indexers', sparse({ indexHeadDim: 64 }), {}, {}, /indexer keys of 128/],
    ['other pages beside an indexer', sparse(), {}, { pageSize: 16 }, /pages of 64 tokens only/],
    [
      'an indexer of heads in fp4',
      modelOf([{ ...full(8, 128), indexer: { indexHeadDim: 128 } }]),
      nvfp4,
      {},
      /beside the indexer/,
    ],
    ['a sliding pool in fp4', gptOss, nvfp4, {}, /no fp4 cache/],
    [
      'two sizes of rows in one pool',
      modelOf([full(8, 128), full(4, 128)]),
      {},
      {},
      /one row size for all layers/,
    ],
    [
      "an encoder's output",
      modelOf([{ ...full(8, 64), kind: 'cross', encoderTokens: 100 }]),
      {},
      {},
      /encoder's output/,
    ],
    [
      'RWKV',
      modelOf([{ kind: 'recurrent', mechanism: 'rwkv', state: { shape: [32, 64, 64], dtype: 'fp32' } }]),
      {},
      {},
      /no states of rwkv/,
    ],
    ['fewer states than requests need', qwen3Next, {}, { maxMambaCacheSize: 4 }, /need 5 states/],
    ['compressed caches in bf16', compressed(), {}, {}, /fp8_e4m3 only/],
    ['compressed caches of another ratio', compressed({ compressRatio: 8 }), fp8, {}, /ratio 4 and 128/],
    [
      'latents of another size beside compressed ones',
      modelOf([
        { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64, slidingWindow: 128 },
        { kind: 'compressed', compressRatio: 4, headDim: 512 },
      ]),
      fp8,
      {},
      /448 \+ 64/,
    ],
  ] as const)('is refused: %s', (_what, any, use, set, message) => {
    expect(() => run(any, use, set)).toThrow(InputError);
    expect(() => run(any, use, set)).toThrow(message);
  });
});

it('stores keys and values as it computes, or as the checkpoint says', () => {
  const fp32 = { dtype: 'fp32', reason: 'config' } as const;
  const auto = (sizes: Partial<Model>) => sglang().kvCacheDtype?.(modelOf([], sizes)).dtype;
  expect(auto({ kvCacheDtype: fp32, dtype: fp32 })).toBe('fp16');
  expect(auto({ kvCacheDtype: fp32, dtype: fp32, architecture: 'Gemma3ForCausalLM' })).toBe('bf16');
  expect(auto({})).toBe('bf16');
  expect(
    sglang().kvCacheDtype?.(modelOf([{ kind: 'compressed', compressRatio: 4, headDim: 512 }])).dtype,
  ).toBe('fp8_e4m3');
});
