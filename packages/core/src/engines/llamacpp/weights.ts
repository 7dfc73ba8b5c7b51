import { TENSOR_TYPES } from '../../import/gguf/tensor-types.js';
import type { GgufTensor } from '../../import/gguf.js';
import type { Model } from '../../model/model.js';
import { roundUp } from '../../text/exact.js';
import { exactly, type Quantity } from '../../text/quantity.js';
import type { Placement } from './placement.js';

/** ggml-cuda pads rows of quantized matrices to so many elements; tensors in a device's buffer start at such bytes. */
const ROW_PADDING = 512;
const ALIGNMENT = 128;

/**
 * Bytes of weights on each device and the host, last; undefined where the model's are not known.
 *
 * With the file's tensors, each goes where the placement says; one that is both table of embeddings and output head is
 * held twice, since the table stays on the host, and one that all blocks read is held on each device that has blocks.
 * Else the weights' bytes are spread evenly over the blocks.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` (`load_tensors`, `TENSOR_DUPLICATED`),
 * `ggml/src/ggml-cuda/ggml-cuda.cu` (`ggml_backend_cuda_buffer_type_get_alloc_size`).
 */
export function placedWeights(
  model: Model,
  placement: Placement,
  tensors: readonly GgufTensor[] | undefined,
): readonly (Quantity | undefined)[] {
  const host = placement.devices;
  const backends = Array.from({ length: host + 1 }, (_, backend) => backend);
  if (tensors === undefined || tensors.length === 0) {
    return spread(model, placement, backends);
  }
  const bytes = backends.map(() => 0);
  const put = (backend: number, tensor: GgufTensor) => {
    bytes[backend] =
      (bytes[backend] as number) + (backend === host ? hostBytes(tensor) : deviceBytes(tensor));
  };
  const hasHead = tensors.some(({ name }) => name === 'output.weight');
  for (const tensor of tensors) {
    const { name } = tensor;
    if (name.startsWith('rope_')) {
      for (const backend of new Set(placement.blocks.slice(0, -1))) {
        put(backend, tensor);
      }
    } else {
      put(placement.weight(name), tensor);
    }
    if (name === 'token_embd.weight' && !hasHead && placement.weight('output.weight') !== host) {
      put(placement.weight('output.weight'), tensor);
    }
  }
  return bytes.map(exactly);
}

function spread(
  { weights, numHiddenLayers }: Model,
  { blocks, devices }: Placement,
  backends: readonly number[],
): readonly (Quantity | undefined)[] {
  if (weights === undefined) {
    return backends.map(() => undefined);
  }
  const table = weights.parts?.find(({ kind }) => kind === 'embedding')?.bytes ?? 0;
  const head = weights.parts?.find(({ kind }) => kind === 'head')?.bytes ?? table;
  const inBlocks = Math.max(0, weights.bytes - table - (head === table ? 0 : head));
  return backends.map((backend) => {
    const own = blocks.slice(0, -1).filter((one) => one === backend).length;
    const bytes =
      Math.round((inBlocks * own) / numHiddenLayers) +
      (backend === devices ? table : 0) +
      (blocks.at(-1) === backend && backend !== devices ? head : 0);
    return { bytes, low: Math.floor(bytes * 0.97), high: Math.ceil(bytes * 1.03), how: 'formula' };
  });
}

function hostBytes({ shape, type }: GgufTensor): number {
  const stored = TENSOR_TYPES.get(type);
  const elements = shape.reduce((product, size) => product * size, 1);
  return stored === undefined
    ? 0
    : roundUp((elements / stored.blockSize) * stored.blockBytes, HOST_ALIGNMENT);
}

const HOST_ALIGNMENT = 32;

function deviceBytes(tensor: GgufTensor): number {
  const stored = TENSOR_TYPES.get(tensor.type);
  const rest = (tensor.shape[0] ?? 1) % ROW_PADDING;
  const padding =
    stored === undefined || stored.blockSize === 1 || rest === 0
      ? 0
      : ((ROW_PADDING - rest) / stored.blockSize) * stored.blockBytes;
  return roundUp(hostBytes(tensor) + padding, ALIGNMENT);
}
