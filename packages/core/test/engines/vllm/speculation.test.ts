import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import { vllm } from '../../../src/engines/vllm/engine.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat } from '../../layers.js';
import { deepseekV3, FP8, gemma27b, llama8b, qwen3Next, run } from './models.js';

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
