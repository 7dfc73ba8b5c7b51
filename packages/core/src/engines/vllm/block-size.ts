import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { ceilDiv } from '../../text/exact.js';
import { DEEPSEEK_V4_BLOCK_SIZE, isDeepseekV4 } from './deepseek-v4.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import { pageBytes, type Spec } from './spec.js';

/** `CacheConfig.DEFAULT_BLOCK_SIZE`. */
const DEFAULT_BLOCK_SIZE = 16;

/** `FLASHINFER_GDN_CHECKPOINT_ALIGNMENT`. */
const GDN_CHECKPOINT_ALIGNMENT = 64;

/**
 * Tokens in a block before recurrent layers enlarge it: `--block-size`, or the smallest size that the attention
 * kernels of a Hopper GPU take. 16, but 64 with the indexer of sparse MLA, 128 with that of MiniMax M3, 256 for
 * DeepSeek-V4, and 64 for any MLA before 0.18, when FlashMLA was the default.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/platforms/interface.py` (`update_block_size_for_backend`),
 * `get_supported_kernel_block_sizes` of `vllm/v1/attention/backends/` and `vllm/models/minimax_m3/common/`; v0.17.0,
 * `vllm/platforms/cuda.py` (`check_and_update_config`).
 */
export function blockSizeOf(model: Model, settings: VllmSettings): number {
  if (settings.blockSize !== undefined) {
    return settings.blockSize;
  }
  if (isDeepseekV4(model)) {
    return DEEPSEEK_V4_BLOCK_SIZE;
  }
  const memories = model.layers.flatMap(memoriesOf);
  if (memories.some((memory) => memory.kind === 'full' && memory.indexer !== undefined)) {
    return 128;
  }
  const latents = memories.filter((memory) => memory.kind === 'latent');
  if (latents.some(({ indexer }) => indexer !== undefined)) {
    return 64;
  }
  return latents.length > 0 ? factsOf(settings).latentBlockSize : DEFAULT_BLOCK_SIZE;
}

/** Whether recurrent layers keep the states of a shared prefix: the mamba cache mode `align`. */
export function keepsPrefixStates(specs: readonly Spec[], settings: VllmSettings): boolean {
  return isHybrid(specs) && (settings.enablePrefixCaching ?? factsOf(settings).cachesHybridPrefixes);
}

function isHybrid(specs: readonly Spec[]): boolean {
  return specs.some(({ kind }) => kind === 'recurrent') && specs.some(({ kind }) => kind !== 'recurrent');
}

/** Whether gated delta nets export a state from within a prefill. */
export function gatedDeltaNetsCheckpoint(settings: VllmSettings): boolean {
  return factsOf(settings).gatedDeltaNetsCheckpoint && settings.gdnPrefillBackend !== 'triton';
}

/**
 * The specs of a model with attention and recurrent layers, its blocks enlarged until one of attention holds a state,
 * `align x ceil(state / (align x bytes of one token))` tokens, and states padded to such a block. `align` is the block
 * size, at least 128 for MLA since 0.27, and a multiple of 64 where gated delta nets export states from within a
 * prefill.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/platforms/interface.py` (`_align_hybrid_block_size`); up to v0.17.0
 * `vllm/model_executor/models/config.py` (`HybridAttentionMambaModelConfig`).
 */
export function alignHybridBlocks(
  specs: readonly Spec[],
  model: Model,
  settings: VllmSettings,
): readonly Spec[] {
  const attention = specs.find(({ kind }) => kind !== 'recurrent');
  const stateBytes = Math.max(...specs.map((spec) => spec.stateBytes));
  if (attention === undefined || stateBytes <= 0) {
    return specs;
  }
  const tokenBytes = attention.keyBytes + attention.valueBytes;
  const atLeast = attention.kind === 'latent' ? factsOf(settings).hybridLatentAlignment : 1;
  const isGatedDeltaNet = model.layers
    .flatMap(memoriesOf)
    .some((memory) => memory.kind === 'recurrent' && memory.mechanism === 'gated_delta_net');
  const checkpoint =
    isGatedDeltaNet && gatedDeltaNetsCheckpoint(settings) && keepsPrefixStates(specs, settings)
      ? GDN_CHECKPOINT_ALIGNMENT
      : 1;
  const align = leastCommonMultiple(Math.max(attention.blockSize, atLeast), checkpoint);
  const blockSize = Math.max(attention.blockSize, align * ceilDiv(stateBytes, align * tokenBytes));
  return specs.map((spec) => {
    const enlarged = { ...spec, blockSize };
    return spec.kind === 'recurrent' && pageBytes(spec) !== blockSize * tokenBytes
      ? { ...enlarged, paddedPageBytes: blockSize * tokenBytes }
      : enlarged;
  });
}

function leastCommonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) {
    multiple += a;
  }
  return multiple;
}
