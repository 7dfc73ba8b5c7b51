import { type ElementType, elements, nbytes, type Tensor } from './tensor.js';

/**
 * What ggml-cuda's flash attention can do and what it needs, on a device of compute capability 8.9 or newer.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml-cuda/fattn.cu` (`ggml_cuda_get_best_fattn_kernel`,
 * `ggml_cuda_flash_attn_ext_get_alloc_size`).
 */

/** Heads of equal keys and values that there are kernels for. */
const HEAD_DIMS: ReadonlySet<number> = new Set([40, 64, 72, 80, 96, 112, 128, 256]);

/** Other heads: elements of values by those of keys, and what the number of queries to each must be a multiple of. */
const GROUPED_HEADS: ReadonlyMap<number, { readonly values: number; readonly multiple: number }> = new Map([
  [192, { values: 128, multiple: 8 }],
  [320, { values: 256, multiple: 32 }],
  [512, { values: 512, multiple: 1 }],
  [576, { values: 512, multiple: 1 }],
]);

const CACHE_TYPES: ReadonlySet<string> = new Set([
  'fp32',
  'fp16',
  'bf16',
  'q4_0',
  'q4_1',
  'q5_0',
  'q5_1',
  'q8_0',
]);

/** Types of which the vector kernel reads both keys and values as they are. */
const VECTOR_TYPES: ReadonlySet<string> = new Set(['fp16', 'bf16', 'q4_0', 'q8_0']);

/** Cells are a multiple of it where queries can be grouped: `FATTN_KQ_STRIDE`. */
const CELL_STRIDE = 256;

/** Whether kernels of devices read caches of the type. */
export function readsType({ name }: ElementType): boolean {
  return CACHE_TYPES.has(name);
}

/** Whether a device has a kernel for it; else it runs on the host. */
export function hasKernel(node: Tensor): boolean {
  const [q, k, v] = node.src as [Tensor, Tensor, Tensor];
  const isKnown = readsType(k.type) && readsType(v.type);
  const [dim] = k.ne;
  if (HEAD_DIMS.has(dim)) {
    return isKnown && v.ne[0] === dim;
  }
  const grouped = GROUPED_HEADS.get(dim);
  const ratio = q.ne[2] / k.ne[2];
  return (
    isKnown &&
    grouped !== undefined &&
    v.ne[0] === grouped.values &&
    groups(node) &&
    ratio % grouped.multiple === 0
  );
}

/** Whether several queries that share a head can be computed together. */
function groups(node: Tensor): boolean {
  const [q, k, ...others] = node.src as [Tensor, Tensor, Tensor, Tensor];
  const isAligned = [q, k, ...others.slice(0, 2)].every(
    ({ type, nb }) => type.blockSize > 1 || nb.slice(1).every((stride) => stride % 16 === 0),
  );
  return q.ne[2] / k.ne[2] >= 2 && k.ne[1] % CELL_STRIDE === 0 && isAligned;
}

/** Bytes of the result, and of keys and values in f16 where the kernel does not read them as they are. */
export function flashAttentionBytes(node: Tensor): number {
  const [, k, v] = node.src as [Tensor, Tensor, Tensor];
  let bytes = nbytes(node);
  if (usesVectorKernel(node)) {
    const isRead = k.type.name === v.type.name && VECTOR_TYPES.has(k.type.name);
    if (isRead) {
      return bytes;
    }
  }
  const sharesKeys = v.viewSrc !== undefined && v.viewSrc === k.viewSrc && v.viewOffset === k.viewOffset;
  for (const cache of sharesKeys ? [k] : [k, v]) {
    if (cache.type.name !== 'fp16') {
      bytes = Math.ceil(bytes / 128) * 128 + elements(cache) * 2;
    }
  }
  return bytes;
}

/** For one or two queries a kernel without matrix instructions is faster. */
function usesVectorKernel(node: Tensor): boolean {
  const [q, k, v] = node.src as [Tensor, Tensor, Tensor];
  const [dim, queries] = q.ne;
  if (dim > 256 || dim % 64 !== 0 || dim === 192 || k.ne[1] % CELL_STRIDE !== 0) {
    return false;
  }
  const isQuantized = k.type.blockSize > 1 || v.type.blockSize > 1;
  const ratio = q.ne[2] / k.ne[2];
  const prefersMatrices = ratio > 4 && (dim >= 256 || k.ne[1] >= 8192);
  return (
    (isQuantized && queries <= 2) ||
    (!isQuantized && queries === 1 && q.ne[3] === 1 && !prefersMatrices) ||
    (queries === 1 && !groups(node))
  );
}
