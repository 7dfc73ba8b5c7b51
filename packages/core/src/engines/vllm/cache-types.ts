import type { DtypeName } from '../../dtype.js';

/** How vLLM stores one element of a cache, and what it stores beside each head's vector. */
export interface CacheType {
  /** The word for `--kv-cache-dtype`. */
  readonly flag: string;
  /** Elements in one byte, or bytes of one element: `elements x bytes / perByte`. */
  readonly bytes: number;
  readonly elementsPerByte: number;
  /** Bytes of scales for each head and token, once for keys and once for values. */
  readonly scaleBytes: number;
}

/**
 * The formats that vLLM has under names of this library; `int8` and `int4` are its `int8_per_token_head` and
 * `int4_per_token_head`, with one fp32 scale for each head's key and one for its value.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/config/cache.py` (`CacheDType`),
 * `vllm/v1/attention/backends/triton_attn.py` (`TritonAttentionBackend.customize_spec`).
 */
export const CACHE_TYPES: ReadonlyMap<DtypeName, CacheType> = new Map<DtypeName, CacheType>([
  ['fp16', plain('float16', 2)],
  ['bf16', plain('bfloat16', 2)],
  ['fp8_e4m3', plain('fp8_e4m3', 1)],
  ['fp8_e5m2', plain('fp8_e5m2', 1)],
  ['int8', { flag: 'int8_per_token_head', bytes: 1, elementsPerByte: 1, scaleBytes: 4 }],
  ['int4', { flag: 'int4_per_token_head', bytes: 1, elementsPerByte: 2, scaleBytes: 4 }],
]);

function plain(flag: string, bytes: number): CacheType {
  return { flag, bytes, elementsPerByte: 1, scaleBytes: 0 };
}

/** Bytes of one head's key or value of that many elements, its scale included. */
export function headBytes({ bytes, elementsPerByte, scaleBytes }: CacheType, elements: number): number {
  return Math.floor(elements / elementsPerByte) * bytes + scaleBytes;
}
