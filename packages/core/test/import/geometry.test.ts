import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEntry, modelFromEntry } from '../../src/catalogue/index.js';
import { modelFromConfig } from '../../src/import/config.js';
import { geometryOf } from '../../src/import/geometry.js';
import { modelFromGguf } from '../../src/import/gguf.js';
import type { Geometry } from '../../src/model/geometry.js';

function geometryIn(id: string): Geometry | undefined {
  const entry = findEntry(id);
  return entry === undefined ? undefined : modelFromEntry(entry).geometry;
}

describe('the widths of a published config', () => {
  it('are those of its MLP and of its vocabulary', () => {
    expect(geometryIn('meta-llama/Llama-3.1-8B')).toEqual({
      intermediateSize: 14_336,
      rotaryDim: 128,
      rotaryElements: 131_072 * 128,
    });
  });

  it('are those of experts, beside layers and experts that every token goes through', () => {
    for (const [id, intermediateSize, numExperts, numExpertsPerToken, moeIntermediateSize] of [
      ['mistralai/Mixtral-8x7B-v0.1', 0, 8, 2, 14_336],
      ['Qwen/Qwen3-30B-A3B', 0, 128, 8, 768],
      ['deepseek-ai/DeepSeek-V3', 18_432, 256, 8, 2048],
      ['openai/gpt-oss-120b', 0, 128, 4, 2880],
    ] as const) {
      const entry = findEntry(id);
      const model = entry === undefined ? undefined : modelFromEntry(entry);
      expect(model?.geometry?.intermediateSize, id).toBe(intermediateSize);
      expect(model, id).toMatchObject({ numExperts, numExpertsPerToken, moeIntermediateSize });
    }
  });

  it('are those of the largest image that its encoder takes', () => {
    expect(geometryIn('google/gemma-3-4b-it')?.vision?.largestImage).toEqual({
      tokens: 256,
      patches: 4096,
      patchSize: 588,
      embeddingsPerToken: 1,
    });
    expect(geometryIn('Qwen/Qwen3-VL-32B-Instruct')?.vision).toMatchObject({
      takesVideo: true,
      largestImage: { tokens: 16_384, patches: 65_536, patchSize: 1536, embeddingsPerToken: 4 },
    });
  });

  it('make tables of rotary positions as long as positions are scaled, and as wide as heads are rotated', () => {
    expect(geometryIn('google/gemma-3-4b-it')?.rotaryElements).toBe(131_072 * 9 * 256);
    expect(geometryIn('Qwen/Qwen3.5-27B')?.rotaryElements).toBe(262_144 * 64);
    const llama = { model_type: 'llama', hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 1 };
    const elementsWith = (scaling: unknown) =>
      modelFromConfig(
        { ...llama, intermediate_size: 64, max_position_embeddings: 1000, rope_scaling: scaling },
        { id: 'made', source: 'made' },
      ).geometry?.rotaryElements;
    expect(elementsWith(null)).toBe(16_000);
    expect(elementsWith({ rope_type: 'linear', factor: 4 })).toBe(64_000);
    expect(elementsWith({ rope_type: 'llama3', factor: 8 })).toBe(16_000);
    expect(elementsWith('nonsense')).toBe(16_000);
  });

  it('are left out where they are nothing that a width can be', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            ...[
              'vocab_size',
              'intermediate_size',
              'moe_intermediate_size',
              'num_experts',
              'num_experts_per_tok',
            ],
            ...['max_position_embeddings', 'rope_scaling', 'vision_config', 'n_shared_experts'],
          ),
          fc.anything(),
        ),
        (config) => {
          const { intermediateSize } = geometryOf(config, config, []);
          expect(intermediateSize === undefined || intermediateSize >= 0).toBe(true);
        },
      ),
    );
  });
});

describe('the widths of a GGUF file', () => {
  it('are what its keys and its table of token embeddings say', () => {
    const metadata = {
      'general.architecture': 'llama',
      'llama.block_count': 1,
      'llama.embedding_length': 64,
      'llama.attention.head_count': 4,
      'llama.feed_forward_length': 256n,
      'llama.expert_count': 8,
      'llama.expert_used_count': 2,
    };
    const embedding = { name: 'token_embd.weight', shape: [64, 1000], type: 0 };
    expect(modelFromGguf(metadata, [embedding], { id: 'made', source: 'made' })).toMatchObject({
      vocabSize: 1000,
      intermediateSize: 256,
      ...{ numExperts: 8, numExpertsPerToken: 2, moeIntermediateSize: 256 },
    });
  });
});
