import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type CatalogueEntry, modelFromEntry } from '../../../src/catalogue/index.js';
import { modelFromConfig } from '../../../src/import/config.js';
import type { Weights } from '../../../src/model/model.js';
import { mutated } from '../mutations.js';

/** Counted by `tooling/transformers/parameter_counts.py`; `config` is absent for an entry of the catalogue. */
interface Counted {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly parameters: number;
}

const GOLDEN = JSON.parse(
  readFileSync(new URL('../../golden/parameter-counts.json', import.meta.url), 'utf8'),
) as readonly Counted[];

const published = new Map(CATALOGUE.map((entry): [string, CatalogueEntry] => [entry.id, entry]));

function weightsOf(config: Readonly<Record<string, unknown>>, id = 'a test'): Weights | undefined {
  return modelFromConfig(config, { id, source: 'a test' }).weights;
}

const classes = GOLDEN.filter((counted): counted is Required<Counted> => counted.config !== undefined);
const entries = GOLDEN.filter(({ name, config }) => config === undefined && published.has(name));

describe('parameters by formula', () => {
  it.each(classes.map(({ name, ...rest }) => [name, rest] as const))(
    'are those of the class in transformers: %s',
    (_, { config, parameters }) => {
      expect(weightsOf(config)?.parameters).toBe(parameters);
    },
  );

  it.each(entries.map(({ name, parameters }) => [name, parameters] as const))(
    'are those of the class as published, where they are known: %s',
    (name, parameters) => {
      const weights = weightsOf(published.get(name)?.config ?? {});
      expect(weights?.parameters ?? parameters).toBe(parameters);
    },
  );

  it('are known for most of the catalogue', () => {
    const known = CATALOGUE.filter((entry) => modelFromEntry(entry).weights !== undefined);
    expect(known.length).toBeGreaterThan(0.9 * CATALOGUE.length);
  });

  // The number of parameters that the Hugging Face hub shows on each model's page, from its safetensors files.
  it.each([
    ['meta-llama/Llama-3.1-8B', 8_030_261_248],
    ['meta-llama/Llama-3.1-70B', 70_553_706_496],
    ['mistralai/Mixtral-8x7B-v0.1', 46_702_792_704],
    ['Qwen/Qwen3-8B', 8_190_735_360],
    ['Qwen/Qwen3-30B-A3B', 30_532_122_624],
    ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 108_641_793_536],
    ['meta-llama/Llama-4-Maverick-17B-128E-Instruct', 401_583_781_376],
    ['MiniMaxAI/MiniMax-M1-80k', 456_089_655_296],
    ['nvidia/Llama-3_3-Nemotron-Super-49B-v1', 49_867_145_216],
    ['internlm/internlm2_5-7b-chat', 7_737_708_544],
    ['Qwen/Qwen-72B', 72_287_920_128],
    ['google/flan-t5-large', 783_150_080],
  ])('are those that the hub shows for %s', (id, parameters) => {
    expect(weightsOf(published.get(id)?.config ?? {})?.parameters).toBe(parameters);
  });
});

describe('weights by formula', () => {
  const entry = (id: string) => weightsOf(published.get(id)?.config ?? {});

  it('have bytes as the dtype and the quantization say', () => {
    expect(entry('meta-llama/Llama-3.1-8B')).toMatchObject({
      bytes: 2 * 8_030_261_248,
      source: 'formula from the config, bf16',
    });
    // `metadata.total_size` of openai/gpt-oss-120b, model.safetensors.index.json.
    expect(entry('openai/gpt-oss-120b')).toMatchObject({ bytes: 65_248_815_744 });
  });

  it('have the bytes of a published index, the stored frequencies of ChatGLM included', () => {
    // `metadata.total_size` of zai-org/chatglm3-6b, pytorch_model.bin.index.json.
    expect(entry('zai-org/chatglm3-6b')?.bytes).toBe(12_487_168_064);
  });

  it('have experts of DeepSeek-V4 in 4 bits, in the format that the config says, and tables of integers', () => {
    const experts = 43 * 256 * 3 * 4096 * 2048;
    const bytesOf = (id: string) => entry(id)?.parts?.find(({ kind }) => kind === 'expert')?.bytes;
    expect(bytesOf('deepseek-ai/DeepSeek-V4-Flash')).toBe((experts * 17) / 32);
    expect(bytesOf('nvidia/DeepSeek-V4-Flash-NVFP4')).toBe((experts * 9) / 16 + 43 * 256 * 3 * 8);
    expect(bytesOf('sgl-project/DeepSeek-V4-Flash-FP8')).toBe(experts + (4 * experts) / 128 ** 2);
  });

  it('have experts as wide as the latent that they read (Kimi K3)', () => {
    const expert = entry('moonshotai/Kimi-K3')?.parts?.find(({ kind }) => kind === 'expert');
    expect(expert?.parameters).toBe(92 * 896 * 3 * 3072 * 3584);
    expect(expert?.bytes).toBe(((expert?.parameters ?? 0) * 17) / 32);
  });

  it('have the quantization that the text model states for itself', () => {
    const entryOf = (id: string) => published.get(id)?.config ?? {};
    // Experts in int4 with a 16-bit scale for each 32, all else in bf16.
    const weights = weightsOf(entryOf('moonshotai/Kimi-K2.5'));
    const expert = weights?.parts?.find(({ kind }) => kind === 'expert');
    expect(expert?.bytes).toBe(((expert?.parameters ?? 0) * (16 + 2)) / 32);
    expect(weights?.bytes).toBe(
      (expert?.bytes ?? 0) + 2 * ((weights?.parameters ?? 0) - (expert?.parameters ?? 0)),
    );
  });

  it('know what one token reads: one row of the embedding and its own experts', () => {
    const active = (id: string) =>
      entry(id)?.parts?.reduce((total, { activeParameters }) => total + activeParameters, 0) ?? 0;
    const embedding = 32_000 * 4096;
    const expert = 3 * 4096 * 14_336;
    expect(active('mistralai/Mixtral-8x7B-v0.1')).toBe(46_702_792_704 - embedding - 32 * 6 * expert);
    // Tied: the table is read whole, as the head.
    expect(active('Qwen/Qwen3-0.6B')).toBe(entry('Qwen/Qwen3-0.6B')?.parameters);
    // DeepSeek-V3 activates 37B parameters (arXiv:2412.19437), its embedding included.
    expect(Math.round((active('deepseek-ai/DeepSeek-V3') + 129_280 * 7168) / 1e9)).toBe(38);
  });

  it('are the sum of their parts', () => {
    for (const { config } of CATALOGUE) {
      const weights = weightsOf(config);
      if (weights?.parts !== undefined) {
        const sum = (key: 'parameters' | 'bytes') =>
          weights.parts?.reduce((total, part) => total + part[key], 0);
        expect([sum('parameters'), sum('bytes')]).toEqual([weights.parameters, weights.bytes]);
        for (const part of weights.parts) {
          expect(part.activeParameters).toBeLessThanOrEqual(part.parameters);
          expect(part.activeBytes).toBeLessThanOrEqual(part.bytes);
        }
      }
    }
  });

  it('are unknown, not zero, where a part of the model or a size is', () => {
    const llama = published.get('meta-llama/Llama-3.1-8B')?.config ?? {};
    for (const change of [
      { vocab_size: undefined },
      { intermediate_size: 'large' },
      { vision_config: { hidden_size: 1024 } },
      { model_type: 'phi3small' },
      { quantization_config: { quant_method: 'of the future' } },
    ]) {
      expect(weightsOf({ ...llama, ...change })).toBeUndefined();
    }
    for (const id of ['models/llama-awq/config.json', 'Llama-FP8']) {
      expect(weightsOf(llama, id)).toBeUndefined();
    }
    expect(weightsOf({ ...llama, quantization_config: { quant_method: 'fp8' } }, 'Llama-FP8')).toBeDefined();
    expect(weightsOf({ ...llama, vocab_size: Number.MAX_SAFE_INTEGER })).toBeUndefined();
    for (const id of ['moonshotai/Kimi-K2.5', 'moonshotai/Kimi-K3']) {
      const kimi = published.get(id)?.config ?? {};
      expect(weightsOf(kimi)).toBeDefined();
      for (const merge_kernel_size of [2, [2], [2, '2'], [2, { toString: 1 }]]) {
        const vision = kimi.vision_config as Readonly<Record<string, unknown>>;
        expect(weightsOf({ ...kimi, vision_config: { ...vision, merge_kernel_size } })).toBeUndefined();
      }
    }
  });

  it('are at most known where the name alone says NVFP4', () => {
    const llama = published.get('meta-llama/Llama-3.1-8B')?.config ?? {};
    const listed = { quant_algo: 'NVFP4', ignore: ['lm_head'] };
    const [least, most, plain] = [
      weightsOf({ ...llama, quantization_config: listed }),
      weightsOf(llama, 'nvidia/Llama-3.1-8B-NVFP4'),
      weightsOf(llama),
    ].map((weights) => weights?.bytes ?? 0) as [number, number, number];
    expect(most).toBeGreaterThan(least);
    expect(most).toBeLessThan(plain);
    expect(weightsOf(llama, 'nvidia/Llama-3.1-8B-NVFP4')?.source).toContain('at most');
  });

  it('are those of the text model, and say so, where a multimodal config describes no other part', () => {
    const { vision_config, ...scout } =
      published.get('meta-llama/Llama-4-Scout-17B-16E-Instruct')?.config ?? {};
    const [text, whole] = [weightsOf(scout), weightsOf({ ...scout, vision_config })];
    expect(text?.source).toContain('text model alone');
    expect(text?.parameters).toBe(107_769_861_120);
    expect(whole?.parameters).toBeGreaterThan(text?.parameters ?? 0);
    expect(weightsOf({ ...scout, vision_tower: 'somewhere' })).toBeUndefined();
  });

  it('are whole positive numbers or unknown, however a config is broken', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CATALOGUE).chain(({ config }) => mutated(config)),
        (config) => {
          let weights: Weights | undefined;
          try {
            weights = weightsOf(config as Readonly<Record<string, unknown>>);
          } catch {
            // That a broken config ends in one clear error is tested where configs are.
            return;
          }
          if (weights !== undefined) {
            expect(Number.isSafeInteger(weights.parameters)).toBe(true);
            expect(Number.isSafeInteger(weights.bytes)).toBe(true);
            expect(weights.bytes).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
