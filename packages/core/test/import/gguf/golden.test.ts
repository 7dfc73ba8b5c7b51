import { describe, expect, it } from 'vitest';
import { findEntry, modelFromEntry } from '../../../src/catalogue/index.js';
import { modelFromConfig } from '../../../src/import/config.js';
import type { Layer } from '../../../src/model/layer.js';
import { PUBLISHED } from '../published.js';
import { PUBLISHED_RECURRENT } from '../published-recurrent.js';
import { read } from './files.js';
import { golden } from './golden.js';

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

/** MiMo-V2's files leave the current token out of the window. */
const ANOTHER_WINDOW = 'XiaomiMiMo/MiMo-V2-Flash';

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
