import type { Row } from './rows.js';
import type { PoolTokens, TokenRules } from './tokens.js';

/** What one layer adds to a pool of one rank. Layers of a pool have the same number of slots. */
export interface Entry {
  readonly pool: string;
  /** Slots of the buffer. */
  readonly slots: (tokens: PoolTokens) => number;
  /** Tokens of a sequence for each slot. */
  readonly tokensPerSlot: number;
  /** Bytes of one slot. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly convolutionBytes: number;
  readonly stateBytes: number;
  readonly arithmetic: string;
  /** How the number of slots comes about, in words. */
  readonly rule: (tokens: PoolTokens) => string;
}

/**
 * A buffer with a row for each token of a pool, and one page more, which takes the writes of padding.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/memory_pool.py`
 * (`MHATokenToKVPool._kv_buffer_shapes`, `MLATokenToKVPool._create_buffers`), `mem_cache/index_key_cache.py`.
 */
export function pagedEntry(
  pool: string,
  { keyBytes, valueBytes, arithmetic }: Row,
  { pageSize }: TokenRules,
  tokensOf: (tokens: PoolTokens) => number,
  tokensPerSlot: number,
): Entry {
  return {
    pool,
    slots: (tokens) => tokensOf(tokens) + pageSize,
    tokensPerSlot,
    keyBytes,
    valueBytes,
    convolutionBytes: 0,
    stateBytes: 0,
    arithmetic,
    rule: (tokens) => `${tokensOf(tokens)} tokens and one page of ${pageSize} for the writes of padding`,
  };
}
