/**
 * What vLLM's scheduler knows of one cache of one layer on one tensor-parallel rank.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/kv_cache_interface.py` (`KVCacheSpec` and its subclasses).
 */
export interface Spec {
  /** `FullAttentionSpec`, `MLAAttentionSpec`, `SlidingWindowSpec`, ... */
  readonly kind: 'full' | 'latent' | 'sliding' | 'chunked' | 'cross' | 'recurrent';
  /** The pool that it is shown in: `full`, `sliding(1024)`, `indexer`. */
  readonly pool: string;
  /** Its layer in the model; those of a draft count on from there. */
  readonly layer: number;
  /** Tokens in a block. */
  readonly blockSize: number;
  /** Bytes of one token. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Bytes of one state of a recurrent layer, whatever the block size. */
  readonly stateBytes: number;
  /** The window, the chunk, or the tokens of an encoder. */
  readonly limit: number | undefined;
  /** What decides, beside the fields above, whether two specs are equal: heads and their sizes. */
  readonly geometry: string;
  /** Bytes of a block that was padded to the size of another layer's. */
  readonly paddedPageBytes: number | undefined;
}

/** Bytes of one block of one layer without padding. */
export function unpaddedPageBytes({ kind, blockSize, keyBytes, valueBytes, stateBytes }: Spec): number {
  return kind === 'recurrent' ? stateBytes : blockSize * (keyBytes + valueBytes);
}

/** Bytes of one block of one layer: `page_size_bytes`. */
export function pageBytes(spec: Spec): number {
  return spec.paddedPageBytes ?? unpaddedPageBytes(spec);
}

/** Equal for specs that `merge` makes one. */
export function identityOf(spec: Spec): string {
  const { kind, blockSize, limit, geometry } = spec;
  return [kind, blockSize, limit, pageBytes(spec), geometry].join(' ');
}
