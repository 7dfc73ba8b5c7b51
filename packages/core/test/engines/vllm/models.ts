import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import { vllm } from '../../../src/engines/vllm/engine.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import { type Allocation, estimate } from '../../../src/estimate/estimate.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { modelOf } from '../../arbitraries.js';
import { deltaNet, full, repeat, sliding } from '../../layers.js';

export function run(model: Model, use: Partial<Workload> = {}, settings: VllmSettings = {}): Allocation {
  return estimate(model, { ...DEFAULT_WORKLOAD, ...use }, vllm(settings));
}

export const llama8b = modelOf(repeat([32, full(8, 128)]));
export const gemma27b = modelOf(repeat([52, sliding(16, 128, 1024)], [10, full(16, 128)]));
export const qwen3Next = modelOf(repeat([36, deltaNet], [12, full(2, 256)]));

export const FP8 = { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' } as const;
export const deepseekV3 = modelOf([{ kind: 'latent', kvLoraRank: 512, qkRopeHeadDim: 64 }]);

export const latentWindow = {
  kind: 'latent',
  kvLoraRank: 448,
  qkRopeHeadDim: 64,
  slidingWindow: 128,
} as const;
export const indexed: Layer = {
  kind: 'composite',
  parts: [
    latentWindow,
    { kind: 'compressed', compressRatio: 4, headDim: 512, indexer: { indexHeadDim: 128 } },
  ],
};
export const compressed: Layer = {
  kind: 'composite',
  parts: [latentWindow, { kind: 'compressed', compressRatio: 128, headDim: 512 }],
};
export const deepseekV4 = modelOf([latentWindow, indexed, compressed, indexed]);
