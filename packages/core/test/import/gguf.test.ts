import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEntry, modelFromEntry } from '../../src/catalogue/index.js';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { type GgufMetadata, modelFromGguf } from '../../src/import/gguf.js';
import type { Layer } from '../../src/model/layer.js';
import { InputError } from '../../src/text/errors.js';
import { mutatedMetadata } from './gguf/arbitraries.js';
import { PUBLISHED } from './published.js';
import { PUBLISHED_RECURRENT } from './published-recurrent.js';

interface Golden {
  readonly models: Readonly<
    Record<
      string,
      { readonly layers: readonly { count: number; layer: Layer }[]; readonly gguf: GgufMetadata }
    >
  >;
}

const golden: Golden = JSON.parse(readFileSync(new URL('../golden/llamacpp.json', import.meta.url), 'utf8'));
const ORIGIN = { id: 'model.gguf', source: 'model.gguf' };

function read(metadata: GgufMetadata) {
  return modelFromGguf(metadata, [], ORIGIN);
}

/** The layer as far as memory goes, for layers that were written down without what a latent expands to, and groups. */
function bare(layer: Layer): unknown {
  switch (layer.kind) {
    case 'composite':
      return layer.parts.map(bare);
    case 'latent': {
      const { expanded: _, ...rest } = layer;
      return rest;
    }
    case 'recurrent': {
      const { groups: _, ...convolution } = layer.convolution ?? {};
      return { ...layer, convolution, state: layer.state?.shape };
    }
    default:
      return layer;
  }
}

/** Files of these say nothing about the model's window: their architectures have no key for it. */
const WITHOUT_WINDOW = ['mistralai/Mistral-7B-v0.1', 'bigcode/starcoder2-15b'];

describe.each(Object.entries(golden.models))('the GGUF file of %s', (id, { layers, gguf }) => {
  it('has the layers of the published model', () => {
    const expected = layers.flatMap(({ count, layer }) => Array.from({ length: count }, () => layer));
    const inFile = expected.map((layer): Layer => {
      if (layer.kind === 'sliding' && id === ANOTHER_WINDOW) {
        return { ...layer, slidingWindow: layer.slidingWindow - 1 };
      }
      if (layer.kind !== 'sliding' || !WITHOUT_WINDOW.includes(id)) {
        return layer;
      }
      const { slidingWindow: _, ...heads } = layer;
      return { ...heads, kind: 'full' };
    });
    const model = read(gguf);
    expect(model.layers.map(bare)).toEqual(inFile.map(bare));
    expect(model.warnings).toEqual([]);
  });
});

/** MiMo-V2's files leave the current token out of the window. */
const ANOTHER_WINDOW = 'XiaomiMiMo/MiMo-V2-Flash';

/** Models whose config and GGUF file are both known; names differ by the published variant. */
const BOTH: readonly (readonly [string, string])[] = [
  ['tiiuae/falcon-7b', 'tiiuae/falcon-7b'],
  ['google/gemma-2-9b', 'google/gemma-2-9b'],
  ['google/gemma-3-27b-pt', 'google/gemma-3-27b-it'],
  ['CohereLabs/c4ai-command-r7b-12-2024', 'CohereLabs/c4ai-command-r7b-12-2024'],
  ['deepseek-ai/DeepSeek-V3', 'deepseek-ai/DeepSeek-V3'],
  ['deepseek-ai/DeepSeek-V3.2', 'deepseek-ai/DeepSeek-V3.2'],
  ['Qwen/Qwen3-Next-80B-A3B-Instruct', 'Qwen/Qwen3-Next-80B-A3B'],
  ['moonshotai/Kimi-Linear-48B-A3B-Instruct', 'moonshotai/Kimi-Linear-48B-A3B'],
  ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B'],
  ['LiquidAI/LFM2-1.2B', 'LiquidAI/LFM2-1.2B'],
  ['ai21labs/Jamba-v0.1', 'ai21labs/Jamba-v0.1'],
  ['state-spaces/mamba-2.8b-hf', 'state-spaces/mamba-2.8b-hf'],
  ['mistralai/Mamba-Codestral-7B-v0.1', 'mistralai/Mamba-Codestral-7B-v0.1'],
  ['MiniMaxAI/MiniMax-M3', 'MiniMaxAI/MiniMax-M3'],
];

describe.each(BOTH)('the config of %s', (configId, ggufId) => {
  it('and its GGUF file describe equal layers', () => {
    const config = PUBLISHED[configId]?.config ?? PUBLISHED_RECURRENT[configId]?.config;
    const fromConfig = modelFromConfig(config, { id: configId, source: 'published' });
    const fromGguf = read(golden.models[ggufId]?.gguf ?? {});
    expect(fromGguf.layers).toEqual(fromConfig.layers);
    expect(fromGguf.hiddenSize).toBe(fromConfig.hiddenSize);
  });
});

const WRITTEN_NOWHERE = { hasBoundedGate: false, chunkSize: 1 };

it('describes the layers of every config of the catalogue whose file the engine was given', () => {
  const both = Object.entries(golden.models).flatMap(([id, { gguf }]) => {
    const entry = findEntry(id);
    return entry === undefined ? [] : [{ entry, gguf }];
  });
  expect(both.length).toBeGreaterThan(15);
  for (const { entry, gguf } of both.filter(
    (one) => ![...WITHOUT_WINDOW, ANOTHER_WINDOW].includes(one.entry.id),
  )) {
    const described = modelFromEntry(entry).layers.map((layer) => {
      // A file does not say whether a gate is bounded, nor in which chunks kernels compute.
      const { hasBoundedGate: _gate, chunkSize: _chunk, ...stored } = { ...WRITTEN_NOWHERE, ...layer };
      return stored;
    });
    expect([entry.id, read(gguf).layers]).toEqual([entry.id, described]);
  }
});

it('caches in f16 and computes in fp32, as llama.cpp does, and says so', () => {
  const { dtype, kvCacheDtype } = read(plain('llama'));
  expect(kvCacheDtype).toEqual({ dtype: 'fp16', reason: "llama.cpp's default for GGUF files" });
  expect(dtype.dtype).toBe('fp32');
});

/** A file of four blocks with plain attention, and more keys of its architecture. */
function plain(architecture: string, more: GgufMetadata = {}): GgufMetadata {
  const keys = {
    block_count: 4,
    context_length: 4096,
    embedding_length: 512,
    'attention.head_count': 8,
    'attention.head_count_kv': 2,
    ...more,
  };
  return {
    'general.architecture': architecture,
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value])),
  };
}

const full = { kind: 'full', numKeyValueHeads: 2, keyHeadDim: 64, valueHeadDim: 64 };
const sliding = (slidingWindow: number) => ({ ...full, kind: 'sliding', slidingWindow });
const window = { 'attention.sliding_window': 128 };
const ssm = {
  'ssm.conv_kernel': 4,
  'ssm.inner_size': 1024,
  'ssm.state_size': 16,
  'ssm.time_step_rank': 8,
  'ssm.group_count': 2,
};
const latent = {
  'attention.head_count_kv': 1,
  'attention.kv_lora_rank': 96,
  'attention.key_length': 128,
  'attention.value_length': 96,
  'attention.key_length_mla': 80,
  'attention.value_length_mla': 48,
  'rope.dimension_count': 32,
};
const indexer = { 'attention.indexer.key_length': 64, 'attention.indexer.top_k': 8 };

describe('layers', () => {
  it('have as many key-value heads as query heads where the file names none, and bigints are integers', () => {
    const { 'llama.attention.head_count_kv': _, ...metadata } = plain('llama');
    expect(read({ ...metadata, 'llama.block_count': 1n }).layers).toEqual([{ ...full, numKeyValueHeads: 8 }]);
  });

  it('keep nothing where a list gives them no heads', () => {
    const kinds = read(plain('deci', { 'attention.head_count_kv': [2, 0, 2, 2] })).layers.map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['full', 'none', 'full', 'full']);
  });

  it('for multi-token prediction are not counted', () => {
    expect(read(plain('glm4moe', { nextn_predict_layers: 1 })).layers).toHaveLength(3);
  });

  it.each([
    ['the last of every two is full', plain('gpt-oss', window), 'sfsf'],
    [
      'another period is stated',
      plain('gpt-oss', { ...window, 'attention.sliding_window_pattern': 4 }),
      'sssf',
    ],
    [
      'a period of 1 has no sliding layers',
      plain('gemma3', { ...window, 'attention.sliding_window_pattern': 1 }),
      'ffff',
    ],
    [
      'a period of 0 has no full ones',
      plain('gemma3', { ...window, 'attention.sliding_window_pattern': 0 }),
      'ssss',
    ],
    ['the first of every four is full', plain('laguna', window), 'fsss'],
    [
      'layers are listed',
      plain('mimo2', { ...window, 'attention.sliding_window_pattern': [false, true, true, false] }),
      'fssf',
    ],
    ['there is no window', plain('olmo2'), 'ffff'],
    ['the window is 0', plain('phi3', { 'attention.sliding_window': 0 }), 'ffff'],
    ['every layer slides', plain('phi3', window), 'ssss'],
  ])('slide where they do: %s', (_what, metadata, expected) => {
    const kinds = read(metadata).layers.map(({ kind }) => (kind === 'sliding' ? 's' : 'f'));
    expect(kinds.join('')).toBe(expected);
  });

  it('slide over the window of the architecture where the file states none, or another', () => {
    expect(read(plain('gemma2')).layers[0]).toEqual(sliding(4096));
    expect(read(plain('smallthinker', window)).layers[1]).toEqual(sliding(4096));
    expect(read(plain('cohere2', window)).layers[0]).toEqual(sliding(128));
  });

  it('have heads of another size in a window', () => {
    const metadata = plain('step35', {
      ...window,
      'attention.sliding_window_pattern': [true, false, false, false],
      'attention.key_length_swa': 32,
      'attention.value_length_swa': 16,
    });
    expect(read(metadata).layers[0]).toEqual({ ...sliding(128), keyHeadDim: 32, valueHeadDim: 16 });
  });

  it.each([
    ['run several times', plain('nanbeige', { num_loops: 3 }), 12],
    ['with a router behind them', plain('graniteswitch'), 5],
  ])('are cached as often as they are kept: %s', (_what, metadata, expected) => {
    expect(read(metadata).layers).toHaveLength(expected);
  });

  it('route tokens with a single head', () => {
    expect(read(plain('graniteswitch')).layers.at(-1)).toEqual({ ...full, numKeyValueHeads: 1 });
  });
});

describe('latents', () => {
  it('are heads where an old file states none', () => {
    const { layers, warnings } = read(
      plain('deepseek2', {
        'attention.key_length': 192,
        'attention.value_length': 128,
        'attention.head_count_kv': 8,
      }),
    );
    expect(layers[0]).toEqual({ kind: 'full', numKeyValueHeads: 8, keyHeadDim: 192, valueHeadDim: 128 });
    expect(warnings.join()).toContain('key_length_mla');
  });

  it.each([
    ['glm-dsa of short contexts', plain('glm-dsa', { ...latent, ...indexer }), [true, true, true, true]],
    [
      'glm-dsa of long ones',
      plain('glm-dsa', { ...latent, ...indexer, context_length: 2 ** 20 }),
      [true, true, true, false],
    ],
    [
      'hy_v4',
      plain('hy_v4', { ...latent, ...indexer, 'attention.indexer.types': [1, 0, 1, 0] }),
      [true, false, true, false],
    ],
    ['hy_v4 without an indexer', plain('hy_v4', latent), [false, false, false, false]],
    ['deepseek32', plain('deepseek32', { ...latent, ...indexer }), [true, true, true, true]],
  ])('have an indexer where one is kept: %s', (_what, metadata, expected) => {
    expect(
      read(metadata).layers.map((layer) => layer.kind === 'latent' && layer.indexer !== undefined),
    ).toEqual(expected);
  });

  it('slide with a size of their own', () => {
    const metadata = plain('dots3note', {
      ...latent,
      ...indexer,
      ...window,
      'attention.indexer.types': [1, 1, 1, 1],
      'attention.sliding_window_pattern': [true, false, false, false],
      'attention.kv_lora_rank_swa': 48,
      'attention.key_length_swa': 64,
      'attention.key_length_mla_swa': 56,
      'attention.value_length_mla_swa': 24,
    });
    const [inWindow, whole] = read(metadata).layers;
    expect(inWindow).toMatchObject({ kind: 'latent', kvLoraRank: 48, qkRopeHeadDim: 16, slidingWindow: 128 });
    expect(whole).toMatchObject({
      kind: 'latent',
      kvLoraRank: 96,
      qkRopeHeadDim: 32,
      indexer: { indexHeadDim: 64 },
    });
  });
});

describe('recurrent layers', () => {
  it.each([
    [
      'plamo2',
      plain('plamo2', { ...ssm, 'attention.head_count_kv': [0, 2, 0, 2] }),
      ['mamba2', 'full', 'mamba2', 'full'],
    ],
    [
      'lfm2moe',
      plain('lfm2moe', { 'shortconv.l_cache': 3, 'attention.head_count_kv': [0, 2, 0, 2] }),
      ['short_convolution', 'full', 'short_convolution', 'full'],
    ],
    [
      'lfm2 with a window',
      plain('lfm2', { ...window, 'shortconv.l_cache': 3, 'attention.head_count_kv': [0, 2, 0, 2] }),
      ['short_convolution', 'sliding', 'short_convolution', 'sliding'],
    ],
    ['qwen35', plain('qwen35', ssm), ['gated_delta_net', 'gated_delta_net', 'gated_delta_net', 'full']],
    [
      'qwen35 with another interval',
      plain('qwen35', { ...ssm, full_attention_interval: 2 }),
      ['gated_delta_net', 'full', 'gated_delta_net', 'full'],
    ],
    [
      'qwen35 with a list',
      plain('qwen35', { ...ssm, 'attention.recurrent_layers': [false, true, true, false] }),
      ['full', 'gated_delta_net', 'gated_delta_net', 'full'],
    ],
  ])('stand where the file puts them: %s', (_what, metadata, expected) => {
    const kinds = read(metadata).layers.map((layer) =>
      layer.kind === 'recurrent' ? layer.mechanism : layer.kind,
    );
    expect(kinds).toEqual(expected);
  });

  it('keep one input less with a single token shift', () => {
    const keys = { 'wkv.head_size': 64, 'attention.head_count': 0 };
    const channelsOf = (more: GgufMetadata) => {
      const [layer] = read(plain('rwkv7', { ...keys, ...more })).layers;
      return layer?.kind === 'recurrent' ? layer.convolution?.channels : undefined;
    };
    expect(channelsOf({})).toBe(2 * 512);
    expect(channelsOf({ token_shift_count: 1 })).toBe(512);
  });

  it('keep the inputs of an embedding of n-grams beside their own', () => {
    const metadata = plain('qwen4exp', {
      ...ssm,
      ...indexer,
      'hyper_connection.count': 4,
      'ple.layers': [1],
      'ple.conv_kernel': 4,
      'ple.ngram_size': 3,
    });
    const { layers } = read(metadata);
    expect(layers.map(({ kind }) => kind)).toEqual(['recurrent', 'composite', 'recurrent', 'full']);
    expect(layers[1]).toMatchObject({ parts: [{}, { convolution: { channels: 2048, kernelSize: 10 } }] });
    expect(layers[3]).toMatchObject({ indexer: { indexHeadDim: 64 } });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a file without an architecture', {}, /"general.architecture" is absent/],
    ['an encoder', plain('bert'), /"bert" is an encoder/],
    ['a diffusion model', plain('llada'), /reads all tokens anew/],
    ['a draft', plain('eagle3'), /cache of another model/],
    ['a projector', plain('clip'), /projector/],
    ['no blocks', plain('llama', { block_count: 0 }), /"llama.block_count" is 0/],
    ['too many blocks', plain('llama', { block_count: 2 ** 31 }), /at most 100000/],
    [
      'a list of the wrong length',
      plain('llama', { 'attention.head_count_kv': [2, 2] }),
      /a list of 2; .* a list of 4/,
    ],
    [
      'a text for a number',
      plain('llama', { 'attention.head_count': 'many' }),
      /is "many"; it must be an integer/,
    ],
    ['a window that must be there', plain('cohere2'), /no "cohere2.attention.sliding_window"/],
    [
      'a list that must be there',
      plain('mimo2', window),
      /sliding_window_pattern" is absent; it must be a list/,
    ],
    ['only predictors', plain('glm4moe', { nextn_predict_layers: 4 }), /less than the 4 blocks/],
    [
      'several latents',
      plain('deepseek2', { ...latent, 'attention.head_count_kv': 8 }),
      /1 where a latent is cached/,
    ],
    [
      'heads that do not fill a state',
      plain('mamba2', { ...ssm, 'ssm.time_step_rank': 7 }),
      /divides the 1024/,
    ],
    [
      'another compression',
      plain('deepseek4', { ...latent, ...window, 'attention.compress_ratios': [0, 4, 16, 0], ...indexer }),
      /is 16; it must be a list of 0, 4 or 128/,
    ],
  ])('ends in one sentence: %s', (_what, metadata: GgufMetadata, message) => {
    expect(() => read(metadata)).toThrow(InputError);
    expect(() => read(metadata)).toThrow(message);
  });
});

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

describe('whatever the metadata says', () => {
  it.each(Object.keys(golden.models))(
    '%s ends as a model with exact bytes, or in one clear sentence',
    (id) => {
      fc.assert(
        fc.property(mutatedMetadata(golden.models[id]?.gguf ?? {}), (metadata) => {
          try {
            const model = read(metadata);
            const { totalBytes } = estimate(model, { ...DEFAULT_WORKLOAD, contextLength: 1000 });
            expect(Number.isSafeInteger(totalBytes) && totalBytes >= 0).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            expect((error as Error).message.length).toBeLessThan(1000);
            expect((error as Error).message).not.toContain('\n');
          }
        }),
      );
    },
  );
});
