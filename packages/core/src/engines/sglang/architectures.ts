import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { SGLANG_RELEASES } from './releases.js';
import type { SglangSettings } from './settings.js';

/**
 * Architectures whose states of running requests a prefix cache tracks in an extra buffer by default.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/overrides.py` (`_MAMBA_EXTRA_BUFFER_ARCHS`).
 */
const WITH_EXTRA_BUFFER = [
  'kimilinear',
  'kimik3',
  'qwen3next',
  'qwen35',
  'qwen4exp',
  'interns2preview',
  'minicpmv46',
  'minicpmv47',
  'bailingmoev25',
  'bailingmoev3',
  'bailinghybrid',
  'falconh1',
  'granitemoehybrid',
  'granitehybrid',
  'glm5next',
  'nemotronh',
  'inkling',
];

/**
 * Whether sliding and chunked layers have a pool of their own; those of all architectures that the release does not list
 * keep every token. Names are compared without case and punctuation, so that `GptOssForCausalLM`, `gpt_oss` and `gpt-oss`
 * are one.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/configs/model_config.py` (`is_hybrid_swa_model`,
 * `SWA_SINK_ARCHS`, `MIMO_V2_MODEL_ARCHS`).
 */
export function hasSlidingPool(
  model: Model,
  { disableHybridSwaMemory = false, version }: SglangSettings,
): boolean {
  const slides = model.layers
    .flatMap(memoriesOf)
    .some((memory) => memory.kind === 'sliding' || memory.kind === 'chunked' || isSlidingLatent(memory));
  const pools = SGLANG_RELEASES.upTo(version).flatMap(({ slidingPools = [] }) => slidingPools);
  return slides && !disableHybridSwaMemory && isOneOf(model, pools);
}

/** Whether a prefix cache keeps states of running requests in a buffer beside their own. */
export function supportsExtraBuffer(model: Model): boolean {
  return isOneOf(model, WITH_EXTRA_BUFFER);
}

/** Whether it is DeepSeek-V4, whose caches have a layout of their own. */
export function isDeepseekV4(model: Model): boolean {
  return model.layers.flatMap(memoriesOf).some((memory) => memory.kind === 'compressed');
}

function isSlidingLatent(memory: { readonly kind: string; readonly slidingWindow?: number }): boolean {
  return memory.kind === 'latent' && memory.slidingWindow !== undefined;
}

function isOneOf({ architecture }: Model, names: readonly string[]): boolean {
  const plain = architecture.toLowerCase().replace(/[^a-z0-9]/g, '');
  return names.some((name) => plain.startsWith(name));
}
