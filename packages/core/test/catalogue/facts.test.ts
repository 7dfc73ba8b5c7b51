import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, modelFromEntry } from '../../src/catalogue/index.js';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { type Layer, memoriesOf } from '../../src/model/layer.js';
import type { Model } from '../../src/model/model.js';

function model(id: string): Model {
  const entry = CATALOGUE.find((one) => one.id === id);
  return entry === undefined ? expect.fail(`${id} is not in the catalogue`) : modelFromEntry(entry);
}

const inCatalogue = (id: string) => CATALOGUE.some((entry) => entry.id === id);

/** Bytes of a cache in 16 bits, as others published them. */
interface Fact {
  readonly id: string;
  readonly tokens: number;
  readonly bytes: number;
  readonly source: string;
}

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const FACTS: readonly Fact[] = [
  ...[
    { id: 'deepseek-ai/DeepSeek-V3', bytes: 70_272 },
    { id: 'meta-llama/Llama-3.1-405B', bytes: 516_096 },
  ].map((fact) => ({ ...fact, tokens: 1, source: 'arXiv:2505.09343, table 1' })),
  ...[
    { id: 'meta-llama/Llama-2-7b-chat-hf', bytes: 128 * GIB },
    { id: 'mistralai/Mistral-7B-Instruct-v0.3', bytes: 32 * GIB },
    { id: 'mistralai/Mixtral-8x7B-v0.1', bytes: 32 * GIB },
  ].map((fact) => ({ ...fact, tokens: 256 * KIB, source: 'arXiv:2403.19887 (Jamba), table 1' })),
  ...[
    { id: 'meta-llama/Llama-3.1-8B', bytes: 15.625 * GIB },
    { id: 'meta-llama/Llama-3.1-70B', bytes: 39.0625 * GIB },
  ].map((fact) => ({
    ...fact,
    tokens: 128_000,
    source: 'https://huggingface.co/blog/llama31, 15.62 GB and 39.06 GB',
  })),
  {
    id: 'meta-llama/Llama-3.3-70B-Instruct',
    tokens: 1,
    bytes: 327_680,
    source: 'https://frankdenneman.nl/2026/01/12/the-dynamic-world-of-llm-runtime-memory (Llama 3.1 70B)',
  },
  ...[
    { id: 'meta-llama/Meta-Llama-3-8B', bytes: 128 * KIB },
    { id: 'allenai/OLMo-2-1124-7B', bytes: 512 * KIB },
    { id: 'meta-llama/Llama-3.2-1B-Instruct', bytes: 32 * KIB },
  ].map((fact) => ({
    ...fact,
    tokens: 1,
    source: 'https://sebastianraschka.com/llm-architecture-gallery, KV cache for each token in bf16',
  })),
  ...[
    { id: 'mistralai/Mixtral-8x7B-v0.1', bytes: 256 * MIB },
    { id: 'meta-llama/Meta-Llama-3-8B', bytes: 256 * MIB },
    { id: 'meta-llama/Meta-Llama-3-70B', bytes: 640 * MIB },
    { id: '01-ai/Yi-34B', bytes: 480 * MIB },
    { id: 'CohereLabs/c4ai-command-r-v01', bytes: 2560 * MIB },
  ].map((fact) => ({
    ...fact,
    tokens: 2048,
    source:
      'https://huggingface.co/dranger003/c4ai-command-r-v01-iMat.GGUF/discussions/6, llama.cpp in f16 (Yi-1.5-34B)',
  })),
];

describe('what others published of a cache', () => {
  it.each(FACTS)('$id, $tokens tokens: $source', ({ id, tokens, bytes }) => {
    const workload = { ...DEFAULT_WORKLOAD, contextLength: tokens };
    expect(estimate(model(id), workload).totalBytes).toBe(bytes);
  });
});

/** Attention of a published model. */
interface Attention {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
}

/**
 * What vLLM's tests expect of models as they are on Hugging Face: vllm-project/vllm,
 * `tests/config/base_model_arch_groundtruth.json`, commit 1ac8cdb. Without heads, a model has no attention; a latent is
 * one head of its size.
 */
const IN_VLLM: Readonly<Record<string, Attention>> = {
  'tiiuae/falcon-mamba-7b': { layers: 64, kvHeads: 0, headSize: 0 },
  'mosaicml/mpt-7b': { layers: 32, kvHeads: 32, headSize: 128 },
  'databricks/dbrx-base': { layers: 40, kvHeads: 8, headSize: 128 },
  'tiiuae/falcon-7b': { layers: 32, kvHeads: 1, headSize: 64 },
  'tiiuae/falcon-40b': { layers: 60, kvHeads: 8, headSize: 64 },
  'Qwen/Qwen3-Next-80B-A3B-Thinking': { layers: 48, kvHeads: 2, headSize: 256 },
  'openai/gpt-oss-20b': { layers: 24, kvHeads: 8, headSize: 64 },
  'deepseek-ai/DeepSeek-V3.2': { layers: 61, kvHeads: 1, headSize: 576 },
  'meta-llama/Llama-4-Scout-17B-16E-Instruct': { layers: 48, kvHeads: 8, headSize: 128 },
  'XiaomiMiMo/MiMo-7B-Base': { layers: 36, kvHeads: 8, headSize: 128 },
  'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': { layers: 52, kvHeads: 2, headSize: 128 },
};

describe('what vLLM expects of a published model', () => {
  it.each(Object.entries(IN_VLLM))('%s', (id, { layers, kvHeads, headSize }) => {
    const { layers: found } = model(id);
    expect(found.length).toBe(layers);
    const attention = found.flatMap(memoriesOf).flatMap((memory) => {
      switch (memory.kind) {
        case 'latent':
          return [{ kvHeads: 1, headSize: memory.kvLoraRank + memory.qkRopeHeadDim }];
        case 'full':
        case 'sliding':
        case 'chunked':
          return [{ kvHeads: memory.numKeyValueHeads, headSize: memory.keyHeadDim }];
        default:
          return [];
      }
    });
    const expected = kvHeads === 0 ? [] : [{ kvHeads, headSize }];
    expect([...new Set(attention.map((one) => JSON.stringify(one)))]).toEqual(
      expected.map((one) => JSON.stringify(one)),
    );
  });
});

interface Golden<Known> {
  readonly models: Readonly<Record<string, Known>>;
}

function golden<Known>(file: string): Golden<Known> {
  return JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8'));
}

/** Layers as llama.cpp stores them: no window beyond the engine's own reading of it, latents without their expansion. */
function asStored(layers: readonly Layer[]): readonly unknown[] {
  return layers.map((layer) =>
    memoriesOf(layer).map((memory) => {
      if (memory.kind === 'latent') {
        const { expanded: _, ...stored } = memory;
        return stored;
      }
      if (memory.kind === 'recurrent' && memory.convolution !== undefined) {
        const { hasBoundedGate: _, chunkSize: ___, ...stored } = memory;
        const { groups: __, ...convolution } = memory.convolution;
        return { ...stored, convolution };
      }
      return memory;
    }),
  );
}

/** Read in another way by llama.cpp than by the model's own code, each with its reason. */
const OTHERWISE_IN_LLAMACPP: ReadonlySet<string> = new Set([
  // A layer without attention keeps a full cache there, which `llamacpp.ts` follows.
  'nvidia/Llama-3_3-Nemotron-Super-49B-v1',
  // The model's code looks back 128 tokens from the current one; the engine counts that one among the 128.
  'XiaomiMiMo/MiMo-V2-Flash',
]);

describe('what running engines were asked about', () => {
  const { models: llamacpp } = golden<{ readonly layers: readonly { count: number; layer: Layer }[] }>(
    'llamacpp.json',
  );
  const run = Object.entries(llamacpp).filter(([id]) => inCatalogue(id) && !OTHERWISE_IN_LLAMACPP.has(id));

  it.each(run)('%s has the layers whose caches llama.cpp logged', (id, { layers }) => {
    const asked = layers.flatMap(({ count, layer }) => Array.from({ length: count }, () => layer));
    expect(asStored(model(id).layers)).toEqual(asStored(asked));
  });

  const logged = ['vllm-logs.json', 'sglang-logs.json']
    .flatMap((file) => Object.entries(golden<{ readonly config: unknown }>(file).models))
    .filter(([id, { config }]) => config !== undefined && inCatalogue(id));

  it.each(logged)('%s has the layers whose caches vLLM or SGLang logged', (id, { config }) => {
    expect(model(id).layers).toEqual(modelFromConfig(config, { id, source: 'golden' }).layers);
  });

  it('covers more than twenty models', () => {
    expect(new Set([...run, ...logged].map(([id]) => id)).size).toBeGreaterThan(20);
  });

  it('covers twenty models with figures that others published or logged', () => {
    expect(
      new Set([...FACTS, ...logged.map(([id]) => ({ id }))].map(({ id }) => id)).size,
    ).toBeGreaterThanOrEqual(20);
  });
});
