import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import { type CacheType, plainBytes } from './cache-types.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';

/** Layers at each end that packed formats leave as they are. */
const BOUNDARY = 2;

/** Tokens in the smallest block of attention kernels. */
const KERNEL_BLOCK = 16;

/**
 * The layers that stay in the model's dtype in a packed format: the first and last two, half of the layers at most; none of
 * a model with recurrent layers, beside which releases before 0.21 have no packed formats.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/layers/quantization/turboquant/config.py`
 * (`get_boundary_skip_layers`); v0.33.0 and v0.20.0, `vllm/engine/arg_utils.py` (`create_engine_config`).
 *
 * @throws InputError beside layers of which it is not known here how they are packed.
 */
export function boundaryLayers(
  { layers, name, numHiddenLayers }: Model,
  { flag, keepsBoundaryLayers = false }: CacheType,
  settings: VllmSettings,
): ReadonlySet<number> {
  const kinds = new Set(layers.flatMap(memoriesOf).map(({ kind }) => kind));
  if (!keepsBoundaryLayers) {
    return new Set();
  }
  for (const kind of ['sliding', 'chunked', 'cross'] as const) {
    if (kinds.has(kind)) {
      throw new InputError(
        `What vLLM does with ${flag} in the ${kind} layers of ${name} is not known here; take bf16, fp8_e4m3 or fp8_per_token_head.`,
      );
    }
  }
  if (kinds.has('recurrent')) {
    if (!factsOf(settings).packsHybrids) {
      throw new InputError(
        `vLLM ${settings.version} does not run ${flag} beside the recurrent layers of ${name}; take a newer --engine-version, or another dtype.`,
      );
    }
    return new Set();
  }
  const each = Math.min(BOUNDARY, Math.floor(numHiddenLayers / 2));
  return new Set(Array.from({ length: each }, (_, index) => [index, numHiddenLayers - 1 - index]).flat());
}

/**
 * Tokens in a block beside layers that stay in the model's dtype: so many that a block of a byte an element is as large as
 * the smallest block of theirs.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.25.0, `vllm/platforms/interface.py` (`_align_heterogeneous_kv_block_size`, which
 * asks the kernels of the first layer, and so does not know of packing).
 */
export function blockSizeBesideBoundary(
  blockSize: number,
  modelType: CacheType,
  settings: VllmSettings,
): number {
  return factsOf(settings).coversBoundaryLayers
    ? blockSize * ceilDiv(KERNEL_BLOCK * plainBytes(modelType, 8), blockSize * 8)
    : blockSize;
}
