import type { DtypeName } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';

/** How vLLM stores one element of a cache, and what it stores beside each head's vector. */
export interface CacheType {
  /** The word for `--kv-cache-dtype`. */
  readonly flag: string;
  /** Elements in one byte, or bytes of one element: `elements x bytes / perByte`. */
  readonly bytes: number;
  readonly elementsPerByte: number;
  /** Bytes of scales for each head and token, once for keys and once for values. */
  readonly scaleBytes: number;
  /** Elements that share a scale of one byte, of which a head has a whole number. */
  readonly elementsPerScale?: number;
}

/**
 * The formats that vLLM has under names of this library; `int8` and `int4` are its `int8_per_token_head` and
 * `int4_per_token_head`, with one fp32 scale for each head's key and one for its value, as `fp8_per_token_head` has.
 * `nvfp4` has a one-byte scale for every 16 elements.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/config/cache.py` (`CacheDType`),
 * `vllm/v1/attention/backends/triton_attn.py` (`TritonAttentionBackend.customize_spec`),
 * `vllm/v1/attention/backends/flashinfer.py` (`FlashInferBackend.customize_spec`), `vllm/utils/torch_utils.py`
 * (`nvfp4_kv_cache_full_dim`).
 */
export const CACHE_TYPES: ReadonlyMap<DtypeName, CacheType> = new Map<DtypeName, CacheType>([
  ['fp16', plain('float16', 2)],
  ['bf16', plain('bfloat16', 2)],
  ['fp8_e4m3', plain('fp8_e4m3', 1)],
  ['fp8_e5m2', plain('fp8_e5m2', 1)],
  ['fp8_per_token_head', { flag: 'fp8_per_token_head', bytes: 1, elementsPerByte: 1, scaleBytes: 4 }],
  ['int8', { flag: 'int8_per_token_head', bytes: 1, elementsPerByte: 1, scaleBytes: 4 }],
  ['int4', { flag: 'int4_per_token_head', bytes: 1, elementsPerByte: 2, scaleBytes: 4 }],
  ['nvfp4', { flag: 'nvfp4', bytes: 1, elementsPerByte: 2, scaleBytes: 0, elementsPerScale: 16 }],
]);

function plain(flag: string, bytes: number): CacheType {
  return { flag, bytes, elementsPerByte: 1, scaleBytes: 0 };
}

/** Whether it is FP8 with one scale for everything, for which latents and indexers have rows of their own. */
export function isPlainFp8({ flag }: CacheType): boolean {
  return flag === 'fp8_e4m3' || flag === 'fp8_e5m2';
}

/** Whether scales lie beside the elements. */
export function hasScales({ scaleBytes, elementsPerScale }: CacheType): boolean {
  return scaleBytes > 0 || elementsPerScale !== undefined;
}

/**
 * Bytes of one head's key or value of that many elements, its scales included.
 *
 * @throws InputError for a head that its scales do not divide.
 */
export function headBytes(cacheType: CacheType, elements: number): number {
  const { flag, bytes, elementsPerByte, scaleBytes, elementsPerScale } = cacheType;
  const groups = elementsPerScale === undefined ? 0 : elements / elementsPerScale;
  if (!Number.isInteger(groups)) {
    throw new InputError(
      `vLLM stores ${flag} in groups of ${elementsPerScale} elements, which do not divide heads of ${elements}.`,
    );
  }
  return Math.floor(elements / elementsPerByte) * bytes + scaleBytes + groups;
}
