import { allocate } from './allocate.js';
import { flashAttentionBytes } from './flash-attention.js';
import type { Graph } from './graph.js';
import { type Backends, schedule } from './schedule.js';
import { nbytes, type Tensor } from './tensor.js';

/** ggml-cuda's rows of quantized matrices are padded to so many elements. */
const ROW_PADDING = 512;

/** Alignment of tensors in a buffer of a CUDA device, and in one of the host. */
const DEVICE_ALIGNMENT = 128;
const HOST_ALIGNMENT = 32;

/**
 * Bytes of each backend's compute buffer for a graph; those of the host last.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml-cuda/ggml-cuda.cu` (`ggml_backend_cuda_buffer_type_get_alloc_size`),
 * `ggml/src/ggml-backend.cpp` (`ggml_backend_sched_reserve_size`).
 */
export function planBuffers(graph: Graph, backends: Backends): readonly number[] {
  const { leafs, nodes } = schedule(graph, backends);
  return allocate(
    leafs,
    nodes,
    Array.from({ length: backends.count }, (_, backend) =>
      backend === backends.count - 1
        ? { alignment: HOST_ALIGNMENT, sizeOf: nbytes }
        : { alignment: DEVICE_ALIGNMENT, sizeOf: deviceBytes },
    ),
  );
}

function deviceBytes(tensor: Tensor): number {
  if (tensor.op === 'flashAttention') {
    return flashAttentionBytes(tensor);
  }
  const { type, ne } = tensor;
  const rest = ne[0] % ROW_PADDING;
  const padding =
    type.blockSize > 1 && rest !== 0 ? ((ROW_PADDING - rest) / type.blockSize) * type.blockBytes : 0;
  return nbytes(tensor) + padding;
}
