import { describe, expect, it } from 'vitest';
import { findEntry } from '../../../src/catalogue/index.js';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { devicesOf } from '../../../src/engines/contract.js';
import { sglangBudget } from '../../../src/engines/sglang/budget.js';
import { sglangCapacity } from '../../../src/engines/sglang/capacity.js';
import { sglangDevicesOf } from '../../../src/engines/sglang/devices.js';
import { sglang } from '../../../src/engines/sglang/engine.js';
import { sglangLogLines } from '../../../src/engines/sglang/log-lines.js';
import { memFractionOf } from '../../../src/engines/sglang/mem-fraction.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { gpuNamed } from '../../../src/gpus/index.js';
import { modelFromConfig } from '../../../src/import/config.js';
import type { Model, Weights } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';
import { full, repeat } from '../../layers.js';

const GIB = 2 ** 30;

/** Llama 3.1 8B, whose 8,030,261,248 parameters are in bf16. */
const llama = modelOf(repeat([32, full(8, 128)]), { architecture: 'LlamaForCausalLM' });
const weightsOf = (bytes: number): Weights => ({ bytes, source: 'test' });
const LLAMA_WEIGHTS = weightsOf(2 * 8_030_261_248);

function budgetOn(
  gpu: string,
  model: Model,
  weights: Weights,
  settings: SglangSettings,
  use: Partial<Workload> = {},
) {
  const workload = { ...DEFAULT_WORKLOAD, ...use };
  const [budget] = sglangBudget({ model, weights, workload, settings, device: gpuNamed(gpu) });
  if (budget === undefined) {
    throw new Error('No budget.');
  }
  return budget;
}

/** Lines that users published; none of them was used for more than the range of the context and of loading. */
const PUBLISHED = [
  {
    what: 'Llama 3.1 8B on an H100, sgl-project/sglang pull request 4760',
    budget: () => budgetOn('h100', llama, LLAMA_WEIGHTS, { memFractionStatic: 0.88 }),
    cacheGib: 54.04,
  },
  {
    what: 'Llama 3.1 8B on an H100, January 2025',
    budget: () => budgetOn('h100', llama, LLAMA_WEIGHTS, { memFractionStatic: 0.88 }),
    cacheGib: 54.26,
  },
  {
    what: 'DeepSeek-R1-Distill-Qwen-7B on a 4090, 0.4.2',
    budget: () =>
      budgetOn(
        'rtx-4090',
        modelOf(repeat([28, full(4, 128)]), { architecture: 'Qwen2ForCausalLM' }),
        weightsOf(2 * 7_615_616_512),
        { memFractionStatic: 0.88 },
      ),
    cacheGib: 5.64,
  },
  {
    what: 'Qwen2.5 1.5B on a GB10 that runs nothing else, 0.5.12',
    budget: () =>
      budgetOn(
        'gb10',
        modelOf(repeat([28, full(2, 128)]), { architecture: 'Qwen2ForCausalLM' }),
        weightsOf(2 * 1_543_714_304),
        { memFractionStatic: 0.4 },
      ),
    cacheGib: 41.6,
  },
];

describe('the memory for the cache', () => {
  it.each(PUBLISHED)('is in a range that holds what was published: $what', ({ budget, cacheGib }) => {
    const { available, total } = budget();
    expect(available.low).toBeLessThanOrEqual((cacheGib + 0.005) * GIB);
    expect(available.high).toBeGreaterThanOrEqual((cacheGib - 0.005) * GIB);
    expect((available.high - available.low) / total.bytes).toBeLessThan(0.05);
    expect(Math.abs(available.bytes / GIB - cacheGib) / cacheGib).toBeLessThan(0.04);
  });

  it('is what the parts leave of the fraction', () => {
    const { usable, parts, available, usableReason } = budgetOn(
      'h100',
      llama,
      LLAMA_WEIGHTS,
      {},
      {
        tensorParallel: 2,
      },
    );
    expect(available.bytes).toBe(parts.reduce((rest, { bytes }) => rest - bytes, usable.bytes));
    expect(available.low).toBeLessThan(available.bytes);
    expect(available.high).toBeGreaterThan(available.bytes);
    expect(parts.map(({ name }) => name)).toEqual(['process', 'collectives', 'weights', 'loading']);
    expect(usableReason).toContain('0.828 of it (--mem-fraction-static: 512 + 1.5 x 8192');
  });

  it('leaves room for images since 0.5.18, and a part of the fraction for the encoder', () => {
    const qwen = modelFromConfig(
      findEntry('qwen3-vl-8b')?.config ?? findEntry('Qwen/Qwen3-VL-8B-Instruct')?.config,
      {
        id: 'qwen3-vl',
        source: 'catalogue',
      },
    );
    const names = (version: string) =>
      budgetOn('h100', qwen, weightsOf(17e9), { version }).parts.map(({ name }) => name);
    expect(names('0.5.18')).toContain('images');
    expect(names('0.5.17')).not.toContain('images');
  });

  it('has weights of attention on each replica of DP attention', () => {
    const weights: Weights = {
      bytes: 900e9,
      source: 'test',
      parts: [
        { kind: 'expert', parameters: 8e11, bytes: 8e11, activeParameters: 1, activeBytes: 1 },
        { kind: 'projection', parameters: 1e11, bytes: 1e11, activeParameters: 1, activeBytes: 1 },
      ],
    };
    const use = { tensorParallel: 8, dataParallel: 8 };
    const { parts, copies } = budgetOn('h200', llama, weights, { enableDpAttention: true }, use);
    expect(copies).toBe(8);
    expect(parts.find(({ name }) => name === 'weights')).toMatchObject({
      bytes: 2e11,
      low: 112.5e9,
      high: 2e11,
    });
  });
});

it('has the fraction that 0.5.7 logged for Kimi K2.5 on eight RTX PRO 6000, to the last digit', () => {
  const kimi = modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }], {
    architecture: 'KimiK25ForConditionalGeneration',
    visionEncoder: { numHiddenLayers: 27, hiddenSize: 1152 },
  });
  const { fraction } = memFractionOf({
    model: kimi,
    workload: { ...DEFAULT_WORKLOAD, tensorParallel: 8 },
    settings: { version: '0.5.7' },
    device: gpuNamed('rtx-pro-6000'),
  });
  expect(fraction).toBe(0.7714564062499999);
});

it('takes as many devices as tensor parallelism where replicas share them', () => {
  const use = { ...DEFAULT_WORKLOAD, tensorParallel: 8, dataParallel: 8 };
  expect(sglangDevicesOf(use, { enableDpAttention: true })).toBe(8);
  expect(sglangDevicesOf(use, {})).toBe(64);
  expect(devicesOf(use, sglang({ enableDpAttention: true }))).toBe(8);
  expect(devicesOf(use, sglang())).toBe(64);
  expect(sglang().settingsOn?.(gpuNamed('b200'))).toEqual({ chunkedPrefillSize: 16_384 });
});

describe('the lines that SGLang logs', () => {
  const lines = (
    model: Model,
    settings: SglangSettings,
    availableBytes: number,
    use: Partial<Workload> = {},
    gpu = 'h100',
  ) => {
    const workload = { ...DEFAULT_WORKLOAD, ...use };
    const capacity = sglangCapacity(model, workload, settings, availableBytes);
    return sglangLogLines({ model, workload, settings, device: gpuNamed(gpu), capacity });
  };
  const qwen = modelOf(repeat([28, full(2, 128)]), { architecture: 'Qwen2ForCausalLM' });

  it('have the form of their release', () => {
    const use = { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3', contextLength: 32_768 } as const;
    const bytes = 3_113_713 * 14_336;
    expect(lines(qwen, { version: '0.5.12.post1' }, bytes, use, 'gb10')).toEqual([
      'KV Cache is allocated. #tokens: 3113713, K size: 20.79 GB, V size: 20.79 GB',
      'max_total_num_tokens=3113713, chunked_prefill_size=8192, max_prefill_tokens=16384, max_running_requests=4096, context_len=32768, available_gpu_mem=... GB',
    ]);
    expect(lines(qwen, { version: '0.5.13' }, bytes, use, 'gb10')[0]).toBe(
      'KV Cache is allocated. dtype: torch.float8_e4m3fn, #tokens: 3113713, K size: 20.79 GB, V size: 20.79 GB',
    );
    expect(lines(qwen, { version: '0.4.6' }, bytes, use).at(-1)).toBe(
      'max_total_num_tokens=3113713, chunked_prefill_size=8192, max_prefill_tokens=16384, max_running_requests=4097, context_len=32768',
    );
  });

  it('left the scales of fp4 out once', () => {
    const use = { keyDtype: 'nvfp4', valueDtype: 'nvfp4', contextLength: 32_768 } as const;
    const line = (version: string) => lines(qwen, { version }, 5_541_103 * 8064, use)[0];
    expect(line('0.5.12.post1')).toBe(
      'KV Cache is allocated. #tokens: 5541103, K size: 18.50 GB, V size: 18.50 GB',
    );
    expect(line('0.5.16')).toContain('#tokens: 5541103, K size: 20.81 GB');
  });

  it('are two for the pools of a model with windows', () => {
    const gemma = modelFromConfig(
      findEntry('gemma-4-26b-a4b')?.config ?? findEntry('google/gemma-4-26B-A4B')?.config,
      {
        id: 'gemma-4',
        source: 'catalogue',
      },
    );
    const settings = { version: '0.5.13', swaFullTokensRatio: 0.0625 };
    const use = { tensorParallel: 2, contextLength: 262_144 };
    const cell = 652_652 * (5 * 2048 + 0.0625 * 25 * 4096);
    expect(lines(gemma, settings, Math.ceil(cell), use, 'rtx-3090').slice(0, 3)).toEqual([
      'Use sliding window memory pool. full_layer_tokens=652652, swa_layer_tokens=40790',
      'KV Cache is allocated. dtype: torch.bfloat16, #tokens: 40790, K size: 1.95 GB, V size: 1.95 GB',
      'KV Cache is allocated. dtype: torch.bfloat16, #tokens: 652652, K size: 3.11 GB, V size: 3.11 GB',
    ]);
  });

  it('name the draft and the states between, with speculation', () => {
    const found = lines(qwen, { speculativeAlgorithm: 'EAGLE' }, 2 ** 34);
    expect(found).toHaveLength(3);
    expect(found[1]).toContain('K size: 0.28 GB');
    expect(found.at(-1)).toContain('max_running_requests=48');
  });
});
