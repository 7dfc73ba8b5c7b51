import type { Workload } from '../../deployment/workload.js';
import { type DtypeName, dtypeOf } from '../../model/dtype.js';
import { type Layer, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { roundUp } from '../../text/exact.js';
import { hasFlashAttention } from './architectures.js';
import { cellRules } from './cells.js';
import type { Placement } from './placement.js';
import { poolsOf } from './pools.js';
import type { LlamacppSettings } from './settings.js';
import { widthsOf } from './widths.js';

/**
 * Bytes of the caches on each device, and on the host, last: each where its block is, or all on the host with
 * `--no-kv-offload`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-kv-cache.cpp` (`llama_kv_cache::llama_kv_cache`, `offload`),
 * `ggml/src/ggml-cuda/ggml-cuda.cu` (`ggml_backend_cuda_buffer_type_get_alloc_size`).
 */
export function placedCache(
  model: Model,
  workload: Workload,
  settings: LlamacppSettings,
  placement: Placement,
): readonly number[] {
  const context = {
    model,
    workload,
    cells: cellRules(model, workload.numSequences, settings),
    flashAttention: settings.flashAttn !== 'off' && hasFlashAttention(model),
  };
  return Array.from({ length: placement.devices + 1 }, (_, backend) => {
    const layers = model.layers.filter((_layer, block) => placement.cache(block) === backend);
    const cached = poolsOf(layers, context).reduce((bytes, pool) => {
      const perToken = pool.keyBytesPerToken + pool.valueBytesPerToken;
      return bytes + pool.tokens(workload.contextLength) * perToken + pool.stateBytes;
    }, 0);
    return backend === placement.devices ? cached : cached + paddingOf(layers, model, workload);
  });
}

/** ggml-cuda pads the last row of a quantized tensor to so many elements: `MATRIX_ROW_PADDING`. */
const ROW_PADDING = 512;

/** Tensors of a device's buffer start at multiples of it. */
const ALIGNMENT = 128;

function paddingOf(layers: readonly Layer[], model: Model, { keyDtype, valueDtype }: Workload): number {
  const of = (elements: number, dtype: DtypeName) => {
    const { blockSize, blockBytes } = dtypeOf(dtype);
    const rest = elements % ROW_PADDING;
    return blockSize === 1 || rest === 0
      ? 0
      : roundUp(((ROW_PADDING - rest) / blockSize) * blockBytes, ALIGNMENT);
  };
  return layers
    .flatMap(memoriesOf)
    .flatMap((memory) => widthsOf(memory, model))
    .reduce(
      (bytes, { heads, keyHeadDim, valueHeadDim }) =>
        bytes + of(heads * keyHeadDim, keyDtype) + of(heads * valueHeadDim, valueDtype),
      0,
    );
}
