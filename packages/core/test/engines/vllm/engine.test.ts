import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEntry } from '../../../src/catalogue/index.js';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { CACHE_TYPES } from '../../../src/engines/vllm/cache-types.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import { vllm } from '../../../src/engines/vllm/engine.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { GpuVendor } from '../../../src/gpus/gpu.js';
import { modelFromConfig } from '../../../src/import/config.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import { exactly } from '../../../src/text/quantity.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat, sliding } from '../../layers.js';

function run(model: Model, use: Partial<Workload> = {}, settings: VllmSettings = {}): Allocation {
  return estimate(model, { ...DEFAULT_WORKLOAD, ...use }, vllm(settings));
}

const llama8b = modelOf(repeat([32, full(8, 128)]));
const gemma27b = modelOf(repeat([52, sliding(16, 128, 1024)], [10, full(16, 128)]));
const qwen3Next = modelOf(repeat([36, deltaNet], [12, full(2, 256)]));

const FP8 = { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
const deepseekV3 = modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]);
const NVFP4 = { keyDtype: 'nvfp4', valueDtype: 'nvfp4' } as const;
const latentWindow = { kind: 'latent', kvLoraRank: 448, qkRopeHeadDim: 64, slidingWindow: 128 } as const;
const indexed: Layer = {
  kind: 'composite',
  parts: [
    latentWindow,
    { kind: 'compressed', compressRatio: 4, headDim: 512, indexer: { indexHeadDim: 128 } },
  ],
};
const compressed: Layer = {
  kind: 'composite',
  parts: [latentWindow, { kind: 'compressed', compressRatio: 128, headDim: 512 }],
};
const deepseekV4 = modelOf([latentWindow, indexed, compressed, indexed]);
function deepseekV4Of(compressRatio: number, headDim: number): Model {
  return modelOf([latentWindow, { kind: 'compressed', compressRatio, headDim }]);
}

interface Golden {
  readonly availableBytes: number;
  /** Without a config, the catalogue's. */
  readonly models: Readonly<Record<string, { readonly config?: Readonly<Record<string, unknown>> }>>;
  readonly refused: readonly GoldenUse[];
  readonly cases: readonly (GoldenUse & {
    readonly engineBytes: number;
    readonly log: {
      readonly numBlocks: number;
      readonly groups: readonly { readonly blocksPerRequest: number }[];
      readonly tokens: number;
      readonly maxConcurrency: number;
    };
  })[];
}

interface GoldenUse {
  readonly model: string;
  readonly workload: Partial<Workload>;
  readonly settings: VllmSettings;
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../golden/vllm.json', import.meta.url), 'utf8'));

interface PublishedLines extends Pick<Golden, 'models'> {
  readonly cases: readonly (GoldenUse & {
    readonly log: {
      readonly availableGiB: string;
      readonly tokens: number;
      readonly maxConcurrency?: string;
      /** The rank with the least memory, which decides, is another one. */
      readonly onOneOfSeveralRanks?: boolean;
    };
    readonly compare: { readonly engine: number; readonly ours: number };
    /** Why the engine does not know it, in place of a comparison. */
    readonly unknown?: string;
  })[];
}

const published: PublishedLines = JSON.parse(
  readFileSync(new URL('../../golden/vllm-logs.json', import.meta.url), 'utf8'),
);

function goldenModel(id: string, { models }: Pick<Golden, 'models'> = golden): Model {
  const known = models[id];
  const config = known?.config ?? findEntry(id)?.config;
  if (known === undefined || config === undefined) {
    throw new Error(`The golden file has no model ${id}.`);
  }
  return modelFromConfig(config, { id, source: 'golden' });
}

describe.each([...new Set(golden.cases.map(({ model }) => model))])(
  "%s, as vLLM's own code plans it",
  (id) => {
    const known = goldenModel(id);
    const cases = golden.cases
      .filter((one) => one.model === id)
      .map((one) => [JSON.stringify({ ...one.workload, ...one.settings }), one] as const);

    it.each(cases)('with %s', (_title, { workload: use, settings: set, engineBytes, log }) => {
      expect(run(known, use, set).totalBytes).toBe(engineBytes);
      const found = vllmCapacity(known, { ...DEFAULT_WORKLOAD, ...use }, set, golden.availableBytes);
      expect(found.numBlocks).toBe(log.numBlocks);
      expect(found.blocksPerRequest).toBe(
        log.groups.reduce((total, { blocksPerRequest }) => total + blocksPerRequest, 0),
      );
      expect(found.tokens).toBe(log.tokens);
      expect(found.maxConcurrency).toBe(log.maxConcurrency);
    });
  },
);

describe('a line that a running engine logged', () => {
  it.each(published.cases.filter(({ unknown }) => unknown !== undefined))(
    'is refused where its rule is not known: $model, $log.tokens tokens',
    ({ model: id, workload: use, settings: set }) => {
      const known = goldenModel(id, published);
      expect(() => vllmCapacity(known, { ...DEFAULT_WORKLOAD, ...use }, set, 2 ** 40)).toThrow(InputError);
    },
  );

  it.each(published.cases.filter(({ unknown }) => unknown === undefined))(
    'is to the digit what some memory gives that it rounds: $model, $log.availableGiB GiB',
    (line) => {
      const known = goldenModel(line.model, published);
      const use = { ...DEFAULT_WORKLOAD, ...line.workload };
      const { availableGiB, tokens, maxConcurrency, onOneOfSeveralRanks = false } = line.log;
      const at = (bytes: number) => vllmCapacity(known, use, line.settings, Math.round(bytes));
      const printed = Math.round(Number(availableGiB) * 2 ** 30);
      const middle = at(printed);
      expect(line.compare).toMatchObject({ engine: tokens, ours: middle.tokens });

      const rounded = 0.005 * 2 ** 30;
      if (onOneOfSeveralRanks) {
        expect(tokens).toBeLessThanOrEqual(at(printed + rounded).tokens);
        return;
      }
      const least = at(printed - rounded).numBlocks;
      const most = at(printed + rounded).numBlocks;
      const logged = Array.from({ length: most - least + 1 }, (_, more) => {
        const given = { ...line.settings, numGpuBlocksOverride: least + more };
        const found = vllmCapacity(known, use, given, printed);
        return { tokens: found.tokens, maxConcurrency: found.maxConcurrency.toFixed(2) };
      });
      expect(logged).toContainEqual({ tokens, maxConcurrency: maxConcurrency ?? expect.any(String) });
    },
  );
});

it.each(golden.refused)(
  "refuses what vLLM's own code does: %j",
  ({ model: id, workload: use, settings: set }) => {
    expect(() => run(goldenModel(id), use, set)).toThrow(InputError);
  },
);

/** All that take heads of any size in layers of any kind. */
const dtype = fc.constantFrom<DtypeName>(
  ...[...CACHE_TYPES].flatMap(([name, { headMultiple, slotMultiple }]) =>
    headMultiple === undefined && slotMultiple === undefined ? [name] : [],
  ),
);
const plainDtype = fc.constantFrom<DtypeName>('fp16', 'bf16', 'fp8_e4m3', 'fp8_e5m2');
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
const workload = workloadOf(dtype);

const settings: fc.Arbitrary<VllmSettings> = fc.record(
  {
    blockSize: fc.constantFrom(16, 32, 64, 128),
    maxNumBatchedTokens: fc.integer({ min: 1, max: 16_384 }),
    asyncScheduling: fc.boolean(),
    enablePrefixCaching: fc.boolean(),
    gdnPrefillBackend: fc.constantFrom('flashinfer' as const, 'triton' as const),
    mambaSsmCacheDtype: fc.constant('float32' as const),
  },
  { noNullPrototype: true },
);

/** Layers that the engine makes equal pages of, in any mixture. */
const { full: fullLayer, sliding: slidingLayer } = arbitrary.MEMORIES;
const model = fc
  .array(fc.oneof(fullLayer, slidingLayer, arbitrary.recurrentLayer), {
    minLength: 1,
    maxLength: 10,
  })
  .map((layers) => modelOf(layers));

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

  it('grows with the context and in proportion to sequences', () => {
    fc.assert(
      fc.property(model, workload, settings, fc.nat(1000), (any, use, set, more) => {
        const { totalBytes } = run(any, use, set);
        const longer = run(any, { ...use, contextLength: use.contextLength + more }, set);
        expect(longer.totalBytes).toBeGreaterThanOrEqual(totalBytes);
        const single = run(any, { ...use, numSequences: 1 }, set);
        expect(totalBytes).toBe(use.numSequences * single.totalBytes);
      }),
    );
  });

  it('has blocks of a whole batch for an output of an encoder', () => {
    const encoder = arbitrary.MEMORIES.cross.map((layer) => ({ ...layer, valueHeadDim: layer.keyHeadDim }));
    const batch = fc.integer({ min: 3000, max: 16_384 });
    const length = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(encoder, workload, length, batch, (cross, use, contextLength, tokens) => {
        const { encoderTokens: _, ...heads } = cross;
        const self: Layer = { ...heads, kind: 'full' };
        const own = { ...use, contextLength };
        const { pools } = run(modelOf([self, cross]), own, { maxNumBatchedTokens: tokens });
        const { tokens: slots } = pools.find(({ name }) => name.startsWith('cross')) ?? { tokens: 0 };
        expect(slots).toBe(use.numSequences * 16 * Math.ceil(tokens / 16));
        const longer = { ...own, contextLength: tokens + 1 };
        expect(() => run(modelOf([self, cross]), longer, { maxNumBatchedTokens: tokens })).toThrow(
          InputError,
        );
      }),
    );
  });

  it('is what attention needs at multiples of the block size', () => {
    const uniform = fc.constantFrom('full' as const, 'latent' as const).chain(arbitrary.uniformModel);
    fc.assert(
      fc.property(uniform, workloadOf(plainDtype), settings, (any, use, set) => {
        const whole = { ...use, contextLength: use.contextLength * (set.blockSize ?? 16) };
        expect(run(any, whole, set).totalBytes).toBe(estimate(any, whole).totalBytes);
      }),
    );
  });

  it('says the rule behind its blocks, to be checked by hand', () => {
    const model = modelOf([
      { kind: 'full', numKeyValueHeads: 2, keyHeadDim: 64, valueHeadDim: 64 },
      { kind: 'sliding', numKeyValueHeads: 2, keyHeadDim: 64, valueHeadDim: 64, slidingWindow: 1024 },
    ]);
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 40_000 };
    expect(estimate(model, workload, vllm()).pools.map(({ explanation }) => explanation)).toEqual([
      [
        '2500 blocks x (1 layers x 16 tokens x 2 KV heads x (64 + 64) bfloat16); blocks: ceil(40000 tokens / 16)',
      ],
      [
        '1089 blocks x (1 layers x 16 tokens x 2 KV heads x (64 + 64) bfloat16); blocks: ceil(min(40000 tokens, window 1024 - 1 + 16384 in flight) / 16) + 1',
      ],
    ]);
  });

  it('takes one block more for a window than for full attention at most', () => {
    fc.assert(
      fc.property(slidingLayer, workload, settings, (layer, use, set) => {
        const { slidingWindow: _, ...heads } = layer;
        const slides = run(modelOf([layer]), use, set);
        const keeps = run(modelOf([{ ...heads, kind: 'full' }]), use, set);
        const { keyDtype, valueDtype } = use;
        const block = run(
          modelOf([{ ...heads, kind: 'full' }]),
          { contextLength: 1, keyDtype, valueDtype },
          set,
        );
        expect(slides.totalBytes).toBeLessThanOrEqual(keeps.totalBytes + use.numSequences * block.totalBytes);
      }),
    );
  });

  it('treats keys and values alike', () => {
    fc.assert(
      fc.property(fullLayer, workload, settings, (layer, use, set) => {
        const exchanged = { ...layer, keyHeadDim: layer.valueHeadDim, valueHeadDim: layer.keyHeadDim };
        const [pool] = run(modelOf([layer]), use, set).pools;
        const [other] = run(modelOf([exchanged]), use, set).pools;
        expect([other?.valueBytes, other?.keyBytes]).toEqual([pool?.keyBytes, pool?.valueBytes]);
      }),
    );
  });

  it('divides padding into keys and values as what it lies beside is', () => {
    const alike = fc.constantFrom(1, 2, 4, 8, 16).chain((numKeyValueHeads) =>
      fc.oneof(fullLayer, slidingLayer).map((layer) => ({
        ...layer,
        numKeyValueHeads,
        valueHeadDim: layer.keyHeadDim,
      })),
    );
    fc.assert(
      fc.property(fc.array(alike, { minLength: 1, maxLength: 20 }), workload, (layers, use) => {
        for (const { keyBytes, valueBytes } of run(modelOf(layers), use).pools) {
          expect(valueBytes).toBe(keyBytes);
        }
      }),
    );
  });

  it('holds at least the whole on tensor-parallel devices together', () => {
    const ranks = fc.constantFrom(1, 2, 4, 8);
    fc.assert(
      fc.property(fullLayer, workload, settings, ranks, (layer, use, set, tensorParallel) => {
        const any = modelOf([layer]);
        const split = run(any, { ...use, tensorParallel }, set);
        expect(split.totalBytes).toBe(tensorParallel * split.perDeviceBytes);
        expect(split.totalBytes).toBeGreaterThanOrEqual(run(any, use, set).totalBytes);
      }),
    );
  });

  it('splits layers over pipeline stages', () => {
    fc.assert(
      fc.property(fullLayer, fc.integer({ min: 1, max: 9 }), workload, (layer, stages, use) => {
        const any = modelOf(repeat([9, layer]));
        const split = run(any, { ...use, pipelineParallel: stages });
        expect(split.totalBytes).toBe(run(any, use).totalBytes);
        expect(split.perDeviceBytes).toBe((split.totalBytes / 9) * Math.ceil(9 / stages));
      }),
    );
  });

  it('grows by its bytes per token from block to block', () => {
    fc.assert(
      fc.property(fullLayer, workload, (layer, use) => {
        const any = modelOf([layer]);
        const later = run(any, { ...use, contextLength: use.contextLength + 16 });
        const { totalBytes, bytesPerToken } = run(any, use);
        expect(later.totalBytes - totalBytes).toBe(16 * bytesPerToken * use.numSequences);
      }),
    );
  });
});

describe('blocks', () => {
  it('of Gemma 3 are shared by seven groups of ten layers, eight of them padding', () => {
    const { totalBytes, pools } = run(gemma27b, { contextLength: 32_768 });
    expect(totalBytes).toBe((2048 + 6 * 1089) * 10 * 131_072);
    expect(pools.map(({ name, layers }) => [name, layers])).toEqual([
      ['sliding(1024)', 52],
      ['full', 10],
    ]);
    expect(pools[0]?.explanation.join()).toContain('window 1024 - 1 + 16384 in flight');
    expect(pools.map(({ keyBytes, valueBytes }) => keyBytes - valueBytes)).toEqual([0, 0]);
  });

  it('have room for one batch in flight before 0.26', () => {
    const { totalBytes } = run(gemma27b, { contextLength: 32_768 }, { version: '0.25' });
    expect(totalBytes).toBe((2048 + 6 * 577) * 10 * 131_072);
  });

  it('grow until one of attention holds a state', () => {
    const use = { contextLength: 32_768 };
    const none = run(qwen3Next, use, { enablePrefixCaching: false });
    expect(none.totalBytes).toBe(64 * 12 * 544 * 2048);
    const align = run(qwen3Next, use, { gdnPrefillBackend: 'triton' });
    expect(align.totalBytes).toBe((61 + 3 * 2) * 12 * 544 * 2048);
    const checkpointed = run(qwen3Next, use);
    expect(checkpointed.totalBytes).toBe((Math.ceil(32_768 / 576) + 3 * 3) * 12 * 576 * 2048);
    const fp32 = run(qwen3Next, use, { enablePrefixCaching: false, mambaSsmCacheDtype: 'float32' });
    expect(fp32.totalBytes).toBe((32 + 3) * 12 * 1056 * 2048);
  });

  it('have more tokens where a layer has smaller pages', () => {
    const heads = modelOf(repeat([5, sliding(16, 256, 1024)], [1, full(4, 512)]));
    const names = run(heads, { contextLength: 4096 }).pools.map(({ explanation }) => explanation.join());
    expect(names.join()).toContain('32 tokens x 4 KV heads x (512 + 512)');
    expect(names.join()).toContain('16 tokens x 16 KV heads x (256 + 256)');
  });

  it('of windows and chunks keep every token without the hybrid manager', () => {
    const use = { contextLength: 32_768 };
    const keeps = run(gemma27b, use, { disableHybridKvCacheManager: true });
    expect(keeps.totalBytes).toBe(62 * 2048 * 131_072);
    const llama4 = modelOf(
      repeat([36, { ...full(8, 128), kind: 'chunked', attentionChunkSize: 8192 }], [12, full(8, 128)]),
    );
    expect(run(llama4, use).totalBytes).toBe(48 * 2048 * 65_536);
    const hybrid = run(llama4, use, { disableHybridKvCacheManager: false });
    expect(hybrid.totalBytes).toBe((2048 + 3 * 1536) * 12 * 65_536);
  });
});

describe('sparse latents', () => {
  const deepseekV32 = modelOf(
    repeat([61, { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64, indexer: { indexHeadDim: 128 } }]),
  );

  it('have an indexer of 132 bytes a token beside them', () => {
    const { totalBytes, pools } = run(deepseekV32, { contextLength: 32_768, tensorParallel: 8 });
    expect(totalBytes).toBe(8 * 61 * (1152 + 132) * 32_768);
    expect(pools.map(({ name }) => name)).toEqual(['latent', 'indexer']);
  });

  it('are 656 bytes a token in fp8', () => {
    const fp8 = { contextLength: 32_768, keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
    expect(run(deepseekV32, fp8).totalBytes).toBe(61 * (656 + 132) * 32_768);
  });

  it('are split over contexts, on the devices of tensor parallelism', () => {
    const use = { contextLength: 32_768, tensorParallel: 8, contextParallel: 8 };
    const { totalBytes, bytesPerToken } = run(deepseekV32, use);
    expect(totalBytes).toBe(61 * (1152 + 132) * 32_768);
    expect(bytesPerToken).toBe(61 * (1152 + 132));
  });
});

describe('what the engine logs', () => {
  const use = { ...DEFAULT_WORKLOAD, contextLength: 131_072 };

  it('is the memory in whole blocks', () => {
    const bytesPerBlock = 32 * 65_536;
    const found = vllmCapacity(llama8b, use, {}, 1000 * bytesPerBlock + bytesPerBlock - 1);
    expect(found).toEqual({
      numBlocks: 1000,
      blocksPerRequest: 8192,
      requestBytes: 8192 * bytesPerBlock,
      tokens: 16_000,
      maxConcurrency: 1000 / 8192,
      startsUp: false,
    });
  });

  it('keeps the null block free since 0.29', () => {
    const bytes = 8192 * 32 * 65_536;
    expect(vllmCapacity(llama8b, use, {}, bytes).startsUp).toBe(false);
    expect(vllmCapacity(llama8b, use, {}, bytes + 32 * 65_536).startsUp).toBe(true);
    expect(vllmCapacity(llama8b, use, { version: '0.28' }, bytes).startsUp).toBe(true);
  });

  it('says that as many requests fit as the engine sets memory aside for', () => {
    const sizes = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(model, workload, settings, sizes, (any, work, set, bytes) => {
        const { maxConcurrency, requestBytes } = vllmCapacity(any, work, set, bytes);
        const fits = Math.floor(maxConcurrency);
        expect(run(any, { ...work, numSequences: 1 }, set).totalBytes).toBe(requestBytes);
        expect(fits * requestBytes).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});

describe('what the engine does not run', () => {
  const plain = modelOf([full(8, 128)], { numAttentionHeads: 32 });

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
    ['contexts over other devices', plain, { contextParallel: 2 }, {}, /must divide tensorParallel 1/],
    [
      'contexts over ranks with other heads',
      plain,
      { tensorParallel: 8, contextParallel: 2 },
      {},
      /only 1 tensor-parallel ranks/,
    ],
    [
      'contexts of windows',
      modelOf([sliding(1, 64, 128)]),
      { tensorParallel: 2, contextParallel: 2 },
      {},
      /other than full attention/,
    ],
    [
      'contexts of heads that share a key in other numbers',
      modelOf([full(2, 128)], { numAttentionHeads: 48 }),
      { tensorParallel: 16, contextParallel: 16 },
      {},
      /only 8 tensor-parallel ranks/,
    ],
    [
      'contexts over attention heads that they do not divide',
      modelOf([full(1, 128)], { numAttentionHeads: 6 }),
      { tensorParallel: 6, contextParallel: 4 },
      {},
      /must divide tensorParallel/,
    ],
    [
      'contexts of states in older releases',
      modelOf(repeat([1, deltaNet], [1, full(1, 256)])),
      { tensorParallel: 2, contextParallel: 2 },
      { version: '0.25' },
      /other than full attention/,
    ],
    [
      'windows of two sizes without the hybrid manager',
      modelOf([full(8, 128), sliding(8, 128, 512), sliding(8, 128, 1024)]),
      {},
      { disableHybridKvCacheManager: true },
      /windows of one size only, not the 512 and 1024/,
    ],
    [
      'windows and chunks without the hybrid manager and without full attention',
      modelOf([sliding(8, 128, 512), { ...full(8, 128), kind: 'chunked', attentionChunkSize: 512 }]),
      {},
      { disableHybridKvCacheManager: true },
      /hybrid KV cache manager/,
    ],
    [
      'RWKV',
      modelOf([{ kind: 'recurrent', mechanism: 'rwkv', state: { shape: [32, 64, 64], dtype: 'fp32' } }]),
      {},
      {},
      /no RWKV layers/,
    ],
    [
      'latents in int8',
      modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]),
      { keyDtype: 'int8', valueDtype: 'int8' },
      {},
      /int8_per_token_head/,
    ],
    [
      'cross-attention with values wider than keys',
      modelOf([{ ...full(8, 64), kind: 'cross', valueHeadDim: 128, encoderTokens: 100 }]),
      {},
      {},
      /too small for 128/,
    ],
    [
      'nvfp4 of heads that are not in groups of 16',
      modelOf([full(8, 72)]),
      NVFP4,
      {},
      /do not divide heads of 72/,
    ],
    [
      'speculated tokens of other recurrent layers',
      modelOf([{ kind: 'recurrent', mechanism: 'mamba', convolution: { channels: 64, kernelSize: 4 } }]),
      {},
      { numSpeculativeTokens: 2 },
      /for gated delta nets and Mamba 2 only/,
    ],
    [
      'speculated tokens in older releases',
      qwen3Next,
      {},
      { numSpeculativeTokens: 2, version: '0.16' },
      /for Qwen3-Next only/,
    ],
    [
      'nvfp4 of values that are not as long as keys',
      modelOf([{ ...full(8, 192), valueHeadDim: 128 }]),
      NVFP4,
      {},
      /must be of one size/,
    ],
    ['nvfp4 latents', deepseekV3, NVFP4, {}, /no nvfp4 cache for latents/],
    [
      'scales beside the elements of a sparse layer',
      modelOf([{ ...full(8, 128), indexer: { indexHeadDim: 128 } }]),
      { keyDtype: 'int8', valueDtype: 'int8' },
      {},
      /no int8_per_token_head cache for the sparse attention/,
    ],
    ['DeepSeek-V4 in bf16', deepseekV4, {}, {}, /fp8_ds_mla/],
    ['DeepSeek-V4 before 0.29', deepseekV4, FP8, { version: '0.28' }, /newer --engine-version/],
    ['DeepSeek-V4 in small blocks', deepseekV4, FP8, { blockSize: 64 }, /take 256 only/],
    [
      'DeepSeek-V4 without the hybrid manager',
      deepseekV4,
      FP8,
      { disableHybridKvCacheManager: true },
      /hybrid KV cache manager/,
    ],
    [
      'contexts of DeepSeek-V4',
      deepseekV4,
      { ...FP8, tensorParallel: 8, contextParallel: 2 },
      {},
      /contextParallel/,
    ],
    ['a compressor of another ratio', deepseekV4Of(8, 512), FP8, {}, /ratio 4 and 128, not 8/],
    ['entries of another size', deepseekV4Of(4, 256), FP8, {}, /448 \+ 64/],
    ['compression without an indexer', deepseekV4Of(128, 512), FP8, {}, /with an indexer/],
    [
      'states without the hybrid manager',
      qwen3Next,
      {},
      { disableHybridKvCacheManager: true },
      /hybrid KV cache manager/,
    ],
    [
      'pages that older releases cannot make equal',
      modelOf([full(3, 128), sliding(2, 128, 512)]),
      {},
      { version: '0.25' },
      /393216|cannot make equal/,
    ],
  ] as const)('is refused: %s', (_what, any, use, set, message) => {
    expect(() => run(any, use, set)).toThrow(InputError);
    expect(() => run(any, use, set)).toThrow(message);
  });
});

describe('DeepSeek-V4', () => {
  const layer = fc.constantFrom<Layer>(latentWindow, indexed, compressed);
  const any = fc.array(layer, { maxLength: 12 }).map((layers) => modelOf([indexed, ...layers]));

  it('stores no less than attention needs, in whole bytes, and more with every token', () => {
    const length = fc.integer({ min: 1, max: 300_000 });
    fc.assert(
      fc.property(any, length, fc.nat(1000), (model, contextLength, more) => {
        const use = { ...DEFAULT_WORKLOAD, ...FP8, contextLength };
        const { totalBytes } = run(model, use);
        expect(Number.isSafeInteger(totalBytes)).toBe(true);
        expect(totalBytes).toBeGreaterThanOrEqual(estimate(model, use).totalBytes);
        expect(run(model, { ...use, contextLength: contextLength + more }).totalBytes).toBeGreaterThanOrEqual(
          totalBytes,
        );
        expect(run(model, { ...use, numSequences: 3 }).totalBytes).toBe(3 * totalBytes);
      }),
    );
  });

  it('is stored in fp8 unless another dtype is asked for', () => {
    expect(vllm().kvCacheDtype?.(deepseekV4).dtype).toBe('fp8_e4m3');
  });
});

describe('speculation', () => {
  const three = { numSpeculativeTokens: 3 } as const;
  const qwen36 = {
    ...modelOf(repeat([30, deltaNet], [10, full(2, 256)])),
    architecture: 'Qwen3_5MoeForConditionalGeneration',
    numNextnPredictLayers: 1,
  };

  it('keeps a state for each token, and says where the draft model is not counted', () => {
    const plain = run(qwen3Next);
    const { pools, warnings } = run(qwen3Next, {}, { numSpeculativeTokens: 2 });
    const slots = (all: Allocation['pools']) => all.find(({ name }) => name === 'recurrent')?.tokens;
    expect(slots(pools)).toBe((slots(plain.pools) ?? 0) + 2);
    expect(warnings).toContain("The cache of the draft model's own layers is not counted.");
  });

  it("adds the checkpoint's own layers to groups: blocks of full layers + 1", () => {
    const block = (settings: VllmSettings) => {
      const use = { ...DEFAULT_WORKLOAD, ...FP8 };
      const { requestBytes, blocksPerRequest } = vllmCapacity(qwen36, use, settings, 2 ** 40);
      return requestBytes / blocksPerRequest;
    };
    const tokens = (n: number) => 16 * Math.ceil((2 ** 21 + (3 + n) * 8192 * 2) / 1024 / 16);
    const without = { version: '0.20.2', numSpeculativeTokens: 3, specMethod: 'ngram' } as const;
    expect(block({ version: '0.20.2', ...three })).toBe(11 * tokens(3) * 1024);
    expect(block(without)).toBe(10 * tokens(3) * 1024);
    expect(block({ version: '0.20.2' })).toBe(10 * tokens(0) * 1024);
  });

  it("counts a draft model's layers, for models of any kind", () => {
    const draft = modelOf([full(8, 128)]);
    const settings = { ...three, specMethod: 'eagle3' } as const;
    const bytes = (drafting?: Model) =>
      estimate(llama8b, DEFAULT_WORKLOAD, vllm(settings, drafting)).perDeviceBytes;
    expect(bytes(draft) * 32).toBe(bytes() * 33);
    const latent = { ...modelOf(repeat([61, deepseekV3.layers[0] as Layer])), numNextnPredictLayers: 1 };
    const of = (any: VllmSettings) => estimate(latent, DEFAULT_WORKLOAD, vllm(any)).perDeviceBytes;
    expect(of(three) * 61).toBe(of({}) * 62);
    expect(run(latent, {}, three).warnings).toEqual([]);
  });

  it('takes a checkpoint with layers for multi-token prediction for those alone', () => {
    const bytes = (any: Model | undefined) => estimate(qwen36, DEFAULT_WORKLOAD, vllm(three, any)).totalBytes;
    expect(bytes(qwen36)).toBe(bytes(undefined));
    expect(bytes(modelOf(repeat([2, full(2, 256)])))).toBeGreaterThan(bytes(undefined));
  });

  it('is on the last pipeline stage', () => {
    const draft = modelOf([full(8, 128)]);
    const use = { ...DEFAULT_WORKLOAD, pipelineParallel: 2 };
    const found = estimate(llama8b, use, vllm({ ...three, specMethod: 'eagle' }, draft));
    expect(found.perDeviceBytes * 33).toBe(found.totalBytes * 17);
  });

  it('leaves room for one batch in windows where tokens are proposed on the host', () => {
    const windows = (settings: VllmSettings) =>
      run(gemma27b, { contextLength: 100_000 }, settings).totalBytes;
    const onHost = { ...three, specMethod: 'ngram' } as const;
    expect(windows(onHost)).toBe(windows({ asyncScheduling: false }));
    expect(windows({ ...onHost, asyncScheduling: true })).toBe(windows({}));
  });

  it('runs beside the recurrent layers that a release has it for', () => {
    const nextNow = { ...qwen3Next, architecture: 'Qwen3NextForCausalLM' };
    expect(() => run(nextNow, {}, { ...three, version: '0.16' })).not.toThrow();
    expect(() => run(qwen36, {}, { ...three, version: '0.16' })).toThrow(/speculates for Qwen3-Next only/);
    expect(() => run(qwen36, {}, { ...three, version: '0.17' })).not.toThrow();
    const aligned = { ...three, version: '0.16', enablePrefixCaching: true };
    expect(() => run(nextNow, {}, aligned)).toThrow(/does not speculate in the mamba cache mode align/);
    expect(() => run(nextNow, {}, { ...aligned, version: '0.17' })).not.toThrow();
  });
});

describe('states of Mamba 2 with prefix caching', () => {
  const mamba2: Layer = {
    kind: 'recurrent',
    mechanism: 'mamba2',
    convolution: {
      channels: 4096 + 2 * 8 * 128,
      kernelSize: 4,
      groups: { numGroups: 8, groupChannels: 256 },
    },
    state: { shape: [64, 64, 128], dtype: 'model' },
    chunkSize: 256,
  };
  const hybrid = modelOf([mamba2, full(8, 128)]);
  const on = { enablePrefixCaching: true };
  const blocks = (settings: VllmSettings, any = hybrid) =>
    vllmCapacity(any, { ...DEFAULT_WORKLOAD, contextLength: 10_000 }, settings, 2 ** 36).blocksPerRequest;
  // A state of 1,085,440 bytes takes 265 tokens of 4096 bytes: 272 in sixteens, 512 in chunks.
  const [ofStates, ofChunks] = [Math.ceil(10_000 / 272), Math.ceil(10_000 / 512)];

  it.each([
    ['0.11.0', {}, ofStates + 1],
    ['0.11.1', {}, 2 * ofChunks],
    ['0.27', {}, 2 * ofChunks],
    ['0.27', { mambaBlockSize: 64 }, 2 * Math.ceil(10_000 / 320)],
    ['0.27', { mambaCacheMode: 'align' }, ofStates + 2],
    ['0.14', { mambaCacheMode: 'align' }, 2 * ofChunks],
    ['0.28', {}, ofStates + 2],
    ['0.28', { mambaCacheMode: 'all' }, 2 * ofChunks],
    ['0.32', {}, ofStates + 3],
  ] as const)('are as many as %s keeps with %j', (version, settings, expected) => {
    expect(blocks({ ...on, version, ...settings })).toBe(expected);
  });

  it('are turned off before there is a mode for layers that do not keep them for each block', () => {
    const deltaNets = modelOf([deltaNet, full(2, 256)]);
    const counts = ['0.10', '0.11.1', '0.14', '0.15', '0.33'].map((version) => {
      const withCaching = blocks({ ...on, version }, deltaNets);
      return withCaching - blocks({ enablePrefixCaching: false, version }, deltaNets);
    });
    expect(counts.slice(0, 4)).toEqual([0, 0, 0, 1]);
  });

  it('are refused where their number is not known, or the mode is gone', () => {
    const { chunkSize: _, ...unknown } = mamba2 as { chunkSize?: number } & Layer;
    expect(() => blocks({ ...on, version: '0.27' }, modelOf([unknown, full(8, 128)]))).toThrow(
      /chunk_size.*--mamba-block-size/,
    );
    expect(() => blocks({ mambaCacheMode: 'all' })).toThrow(/no --mamba-cache-mode all/);
  });
});

describe('what vLLM says that one request needs', () => {
  const needs = (any: Model, use: Partial<Workload>, version: string) =>
    vllmCapacity(any, { ...DEFAULT_WORKLOAD, ...use }, { version }, 2 ** 40).requestBytes / 2 ** 30;

  it('counts the layers of all pipeline stages from 0.14 to 0.16', () => {
    // vllm-project/vllm#34076 and its like: "71.16 GiB KV cache is needed" for GLM-4.7 on 8 stages.
    const glm = modelOf(repeat([92, full(8, 128)]));
    const eight = { contextLength: 202_752, pipelineParallel: 8 };
    expect(['0.14', '0.15.1', '0.16'].map((version) => needs(glm, eight, version).toFixed(2))).toEqual(
      Array(3).fill('71.16'),
    );
    expect(['0.13', '0.17', '0.33'].map((version) => needs(glm, eight, version).toFixed(2))).toEqual(
      Array(3).fill('9.28'),
    );
    const coder = modelOf(repeat([48, full(4, 128)]));
    const two = { contextLength: 262_144, pipelineParallel: 2 };
    expect(['0.13', '0.16', '0.17'].map((version) => needs(coder, two, version))).toEqual([12, 24, 12]);
  });

  it('is that of the first group from 0.14 to 0.18, and of the layers alone before', () => {
    const [of13, of18, of19] = ['0.13', '0.18', '0.19'].map((version) =>
      needs(gemma27b, { contextLength: 131_072 }, version),
    );
    const [page, windowBlocks, fullBlocks] = [131_072, Math.ceil((1023 + 8192) / 16) + 1, 8192];
    expect(of13).toBe(((52 * windowBlocks + 10 * fullBlocks) * page) / 2 ** 30);
    expect(of18).toBe((10 * windowBlocks * page) / 2 ** 30);
    expect(of19).toBe((10 * (6 * windowBlocks + fullBlocks) * page) / 2 ** 30);
  });
});

it('takes as many blocks as it is told, whatever memory there is', () => {
  const use = { ...DEFAULT_WORKLOAD, contextLength: 16_000 };
  const found = vllmCapacity(llama8b, use, { numGpuBlocksOverride: 2001 }, 2 ** 30);
  expect([found.numBlocks, found.tokens, found.startsUp]).toEqual([2001, 32_016, true]);
  expect(vllmCapacity(llama8b, use, { numGpuBlocksOverride: 1000 }, 2 ** 40).startsUp).toBe(false);
  const older = { numGpuBlocksOverride: 1000, version: '0.20' };
  expect(vllmCapacity(llama8b, use, older, 2 ** 40).startsUp).toBe(true);
  expect(() => run(llama8b, { contextLength: 32_001 }, { numGpuBlocksOverride: 2001 })).toThrow(
    /2001, but 1 sequences of 32001 tokens need 2002 blocks/,
  );
});

it('takes the kernels of gated delta nets that the GPU has', () => {
  const states = (computeCapability: string | undefined, vendor: GpuVendor = 'NVIDIA') => {
    const device = {
      ...{ name: 'a GPU', vendor, total: exactly(2 ** 36), totalSource: '', isUnified: false },
      ...(computeCapability === undefined ? {} : { computeCapability }),
    };
    const engine = vllm(vllm().settingsOn?.(device));
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 1 };
    return estimate(qwen3Next, workload, engine).pools.find(({ name }) => name === 'recurrent')?.tokens;
  };
  expect(['9.0', '10.0', '10.3', '12.0', '12.1'].map((one) => states(one))).toEqual(Array(5).fill(3));
  expect(['7.5', '8.0', '8.6', '8.9'].map((one) => states(one))).toEqual(Array(4).fill(2));
  expect([states(undefined, 'AMD'), states(undefined)]).toEqual([2, 3]);
});

describe('packed formats', () => {
  const tokens = (
    any: Model,
    keyDtype: DtypeName,
    settings: VllmSettings,
    bytes: number,
    contextLength = 262_144,
  ) =>
    vllmCapacity(
      any,
      { ...DEFAULT_WORKLOAD, contextLength, keyDtype, valueDtype: keyDtype },
      settings,
      bytes,
    );
  const bytesOfToken = (any: Model, keyDtype: DtypeName, settings: VllmSettings = {}) =>
    run(any, { contextLength: 3840, keyDtype, valueDtype: keyDtype }, settings).totalBytes / 3840;
  const rotating = (rotaryDim: number) => modelOf([full(1, 256)], { geometry: { rotaryDim } });

  it('have the slots of their presets beside recurrent layers', () => {
    // Text of a public GitHub repository: Qwen3.x-27B in turboquant_4bit_nc, 8.77 GiB, 518,589 tokens, 1.98x.
    const delta: Layer = {
      kind: 'recurrent',
      mechanism: 'gated_delta_net',
      convolution: { channels: 2 * 16 * 128 + 48 * 128, kernelSize: 4 },
      state: { shape: [48, 128, 128], dtype: 'fp32' },
    };
    const qwen = modelOf(repeat([48, delta], [16, full(4, 256)]), {
      architecture: 'Qwen3_5ForConditionalGeneration',
    });
    const settings = { version: '0.27', enablePrefixCaching: true };
    const found = tokens(qwen, 'turboquant_4bit_nc', settings, Math.round(8.77 * 2 ** 30));
    expect([found.tokens, found.maxConcurrency.toFixed(2)]).toEqual([518_589, '1.98']);
    expect(() => tokens(qwen, 'turboquant_4bit_nc', { version: '0.20' }, 2 ** 36)).toThrow(
      /does not run turboquant/,
    );
  });

  it.each([
    ['turboquant_k8v4', 128 + 68],
    ['turboquant_4bit_nc', 66 + 68],
    ['turboquant_k3v4_nc', 50 + 68],
    ['turboquant_3bit_nc', 50 + 52],
    ['ultraquant_4bit', 136],
  ] as const)('leave the first and last two layers of others as they are: %s', (name, slot) => {
    const deep = modelOf(repeat([36, full(8, 128)]));
    expect(bytesOfToken(deep, name)).toBe(8 * (32 * slot + 4 * 512));
    expect(bytesOfToken(modelOf(repeat([3, full(8, 128)])), name)).toBe(8 * (slot + 2 * 512));
  });

  it('take larger blocks beside such layers since 0.25', () => {
    const deep = modelOf(repeat([36, full(8, 128)]));
    const blocks = (version: string) =>
      tokens(deep, 'turboquant_3bit_nc', { version }, 2 ** 36, 3200).blocksPerRequest;
    expect([blocks('0.24'), blocks('0.25')]).toEqual([200, 100]);
  });

  it('of Octave give rotated elements of a key four bits, and all three where compact', () => {
    const bytes = (name: DtypeName, rotaryDim: number) => bytesOfToken(rotating(rotaryDim), name);
    expect(bytes('octave_k3v4', 64)).toBe(32 + 72 + 128 + 2 * 5 + 6);
    expect(bytes('octave_k3v3', 256)).toBe(128 + 96 + 2 * 5 + 6);
    expect(bytes('octave_k3v3_compact', 96)).toBe(96 + 96 + 2 * 2);
    expect(() => bytes('octave_k3v4', 96)).toThrow(/96 rotated elements/);
  });

  it('of sparse latents are rows of their own, in four bits since 0.30', () => {
    const sparse = modelOf([
      { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64, indexer: { indexHeadDim: 128 } },
    ]);
    expect(bytesOfToken(sparse, 'fp8_e4m3')).toBe(656 + 132);
    expect(bytesOfToken(sparse, 'nvfp4')).toBe(352 + 132);
    expect(() => bytesOfToken(sparse, 'nvfp4', { version: '0.29' })).toThrow(/no nvfp4 cache for latents/);
  });

  it.each([
    ['int4', '0.24', /no --kv-cache-dtype int4_per_token_head; it came with 0.25/],
    ['nvfp4', '0.19', /it came with 0.20/],
    ['turboquant_k8v4', '0.19.1', /it came with 0.20/],
    ['ultraquant_4bit', '0.31', /it came with 0.32/],
    ['octave_k3v3', '0.32', /it came with 0.33/],
  ] as const)('are refused before the release that brought them: %s in %s', (name, version, message) => {
    expect(() => bytesOfToken(llama8b, name, { version })).toThrow(message);
  });

  it('are refused where it is not known how they are packed', () => {
    expect(() => bytesOfToken(gemma27b, 'turboquant_4bit_nc')).toThrow(/sliding layers of .* not known/);
    expect(() => bytesOfToken(deepseekV3, 'turboquant_4bit_nc')).toThrow(
      /no turboquant_4bit_nc cache for latents/,
    );
    expect(() => bytesOfToken(modelOf([full(8, 96)]), 'octave_k3v3_compact')).toThrow(/groups of 64/);
  });
});

it('keeps one state more for Kimi delta attention with a bounded gate since 0.29, by FlashKDA', () => {
  const gated = (hasBoundedGate: boolean) =>
    modelOf([
      {
        kind: 'recurrent',
        mechanism: 'kimi_delta_attention',
        convolution: { channels: 3 * 96 * 128, kernelSize: 4 },
        state: { shape: [96, 128, 128], dtype: 'fp32' },
        hasBoundedGate,
      },
      { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 },
    ]);
  const states = (bounded: boolean, settings: VllmSettings = {}) =>
    run(gated(bounded), { contextLength: 1000 }, settings).pools.find(({ name }) => name === 'recurrent')
      ?.tokens;
  expect([states(false), states(true)]).toEqual([2, 3]);
  expect(states(true, { version: '0.28' })).toBe(2);
  expect(states(true, { mambaSsmCacheDtype: 'float16' })).toBe(2);
  expect(states(true, { enablePrefixCaching: false })).toBe(1);
});

it('keeps the indexer of MiniMax M3 in bf16, whatever the dtype of the cache', () => {
  const sparse = modelOf([{ ...full(4, 128), indexer: { indexHeadDim: 128 } }]);
  for (const use of [{}, FP8]) {
    const indexer = run(sparse, { ...use, contextLength: 1280 }).pools.find(({ name }) => name === 'indexer');
    expect(indexer?.bytes).toBe(1280 * 128 * 2);
  }
});

it('splits tokens of attention over contexts, and not the states beside it', () => {
  const hybrid = modelOf(repeat([3, deltaNet], [1, full(2, 256)]), { numAttentionHeads: 16 });
  const use = { contextLength: 100_000, tensorParallel: 8 };
  const [whole, split] = [1, 4].map((contextParallel) => run(hybrid, { ...use, contextParallel }).pools);
  const slots = (pools: Allocation['pools'] | undefined) => pools?.map(({ name, tokens }) => [name, tokens]);
  expect(slots(whole)?.find(([name]) => name === 'recurrent')).toEqual(
    slots(split)?.find(([name]) => name === 'recurrent'),
  );
  expect(slots(split)).not.toEqual(slots(whole));
});

it('says since which release there is no class for an architecture', () => {
  const bamba = modelOf([full(8, 128)], { architecture: 'BambaForCausalLM' });
  expect(run(bamba).warnings.join()).toMatch(/no class for BambaForCausalLM since 0\.24.*version 0\.23/);
  expect(run(bamba, {}, { version: '0.23' }).warnings).toEqual([]);
  expect(run(llama8b).warnings).toEqual([]);
});

it('runs fp32 checkpoints in bf16', () => {
  const fp32 = { dtype: 'fp32', reason: 'config' } as const;
  expect(vllm().kvCacheDtype?.(modelOf([], { kvCacheDtype: fp32, dtype: fp32 })).dtype).toBe('bf16');
  expect(vllm().kvCacheDtype?.(llama8b).dtype).toBe('bf16');
});
