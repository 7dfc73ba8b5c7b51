import { roundUp } from '../../text/exact.js';

/** Bytes of a latent of 448 + 64: 448 fp8, the rotary key of 64 in bf16, 7 scales and one byte of padding. */
export const LATENT_BYTES = 584;

/** Bytes that a page is padded to a multiple of: `KVLayout.page_align` of the layout V4. */
const PAGE_ALIGNMENT = 576;

/**
 * Bytes of a page of so many rows, padding included.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/kernels/ops/attention/dsv4/kv_layout.py` (`KVLayout.page_bytes`).
 */
export function pageBytesOf(rows: number): number {
  return roundUp(rows * LATENT_BYTES, PAGE_ALIGNMENT);
}

/** Bytes of one row in a page of so many, its share of the page's padding included. */
export function rowBytesIn(rows: number): number {
  return pageBytesOf(rows) / rows;
}
