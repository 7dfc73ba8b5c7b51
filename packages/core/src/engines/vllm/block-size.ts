import { memoriesOf, type RecurrentLayer } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import { DEEPSEEK_V4_BLOCK_SIZE, isDeepseekV4 } from './deepseek-v4.js';
import { mambaCacheModeOf } from './mamba-cache-mode.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import { pageBytes, type Spec } from './spec.js';

/** `CacheConfig.DEFAULT_BLOCK_SIZE`. */
const DEFAULT_BLOCK_SIZE = 16;

/** `ModelConfig.get_mamba_chunk_size`. */
const DEFAULT_CHUNK_SIZE = 2048;

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
 *
 * @param preferred what the kernels of the cache's format ask for, where all layers have it.
 */
export function blockSizeOf(model: Model, settings: VllmSettings, preferred?: number): number {
  const chosen = settings.blockSize ?? preferred;
  if (chosen !== undefined) {
    return chosen;
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

/** Whether gated delta nets export a state from within a prefill. */
export function gatedDeltaNetsCheckpoint(settings: VllmSettings): boolean {
  return (
    factsOf(settings).gatedDeltaNetsCheckpoint &&
    (settings.gdnPrefillBackend ?? 'flashinfer') === 'flashinfer'
  );
}

/**
 * The specs of a model with attention and recurrent layers, its blocks enlarged until one of attention holds a state,
 * `align x ceil(state / (align x bytes of one token))` tokens, and states padded to such a block. `align` is the block
 * size, before 0.20 whatever `--block-size` says; for MLA at least 64 before 0.20 and 128 since 0.27; a multiple of 64
 * where gated delta nets export states from within a prefill; of `--mamba-block-size`, or the chunk of Mamba 2's kernels,
 * where states are kept for each block.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.20.0, `vllm/platforms/interface.py` (`_align_hybrid_block_size`); up to v0.19.0
 * `vllm/model_executor/models/config.py` (`HybridAttentionMambaModelConfig`); v0.27.0, `vllm/config/model.py`
 * (`get_mamba_chunk_size`).
 *
 * @throws InputError for states of each block whose chunk is not known.
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
  const { alignsToBlockSize, hybridLatentAlignment } = factsOf(settings);
  const ofKernels = attention.kind === 'latent' ? hybridLatentAlignment : DEFAULT_BLOCK_SIZE;
  const align = leastCommonMultiple(
    alignsToBlockSize ? Math.max(attention.blockSize, ofKernels) : ofKernels,
    alignmentOfStates(specs, model, settings),
  );
  const blockSize = Math.max(attention.blockSize, align * ceilDiv(stateBytes, align * tokenBytes));
  return specs.map((spec) => {
    const enlarged = { ...spec, blockSize };
    return spec.kind === 'recurrent' && pageBytes(spec) !== blockSize * tokenBytes
      ? { ...enlarged, paddedPageBytes: blockSize * tokenBytes }
      : enlarged;
  });
}

function alignmentOfStates(specs: readonly Spec[], model: Model, settings: VllmSettings): number {
  const layers = model.layers.flatMap(memoriesOf).filter((memory) => memory.kind === 'recurrent');
  switch (mambaCacheModeOf(specs, model, settings)) {
    case 'none':
      return 1;
    case 'align':
      return gatedDeltaNetsCheckpoint(settings) &&
        layers.some(({ mechanism }) => mechanism === 'gated_delta_net')
        ? GDN_CHECKPOINT_ALIGNMENT
        : 1;
    case 'all':
      return settings.mambaBlockSize ?? Math.max(...layers.map((layer) => chunkSizeOf(layer, model)));
  }
}

/** Tokens that the kernels of Mamba compute at once; those of Mamba 1, which know no chunks, take 2048. */
function chunkSizeOf({ mechanism, chunkSize }: RecurrentLayer, { name }: Model): number {
  if (mechanism === 'mamba2' && chunkSize === undefined) {
    throw new InputError(
      `The chunk_size of ${name} is not known, by which vLLM keeps states for each block; give --mamba-block-size, or --no-enable-prefix-caching.`,
    );
  }
  return chunkSize ?? DEFAULT_CHUNK_SIZE;
}

function leastCommonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) {
    multiple += a;
  }
  return multiple;
}
