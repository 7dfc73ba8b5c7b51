import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { sglang } from '../../../src/engines/sglang/engine.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat, sliding } from '../../layers.js';

export function run(model: Model, use: Partial<Workload> = {}, settings: SglangSettings = {}): Allocation {
  return estimate(model, { ...DEFAULT_WORKLOAD, ...use }, sglang(settings));
}

export const llama8b = modelOf(repeat([32, full(8, 128)]));
export const deepseekV3 = modelOf(repeat([61, { kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]));
export const gptOss = modelOf(repeat([18, sliding(8, 64, 128)], [18, full(8, 64)]), {
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
export const deepseekV4 = modelOf(repeat([30, v4Layer(4)], [31, v4Layer(128)]), {
  architecture: 'DeepseekV4ForCausalLM',
});
export const qwen3Next = modelOf(repeat([36, deltaNet], [12, full(2, 256)]), {
  architecture: 'Qwen3NextForCausalLM',
});
