import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { isDeepseekV4 } from './architectures.js';
import type { SglangSettings } from './settings.js';

/** Tokens in a page of the sparse-attention indexer's kernels (`DSATokenToKVPool`). */
const INDEXER_PAGE_SIZE = 64;

/** Tokens in a page of MiniMax M3's kernels. */
const MINIMAX_PAGE_SIZE = 128;

/** Tokens in a page of DeepSeek-V4 (`_build_dsv4_kv_pool`). */
const DEEPSEEK_V4_PAGE_SIZE = 256;

/**
 * Tokens in a page: `--page-size`, or what the kernels for a Hopper GPU ask for, which is 1 where they ask for nothing.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/overrides.py` (`_page_size_default`),
 * `arg_groups/model_overrides/deepseek_v2.py`, `deepseek_v4.py`, `minimax_m3.py`, `mem_cache/memory_pool.py`
 * (`DSATokenToKVPool`).
 *
 * @throws InputError for a size that the kernels do not take.
 */
export function pageSizeOf(model: Model, { pageSize }: SglangSettings): number {
  const fixed = fixedPageSizeOf(model);
  if (fixed !== undefined && pageSize !== undefined && pageSize !== fixed) {
    throw new InputError(
      `--page-size is ${pageSize}; SGLang has pages of ${fixed} tokens only for ${model.name}.`,
    );
  }
  const indexed = model.layers
    .flatMap(memoriesOf)
    .some((memory) => memory.kind === 'full' && memory.indexer !== undefined);
  return pageSize ?? fixed ?? (indexed ? MINIMAX_PAGE_SIZE : 1);
}

function fixedPageSizeOf(model: Model): number | undefined {
  if (isDeepseekV4(model)) {
    return DEEPSEEK_V4_PAGE_SIZE;
  }
  const indexed = model.layers
    .flatMap(memoriesOf)
    .some((memory) => memory.kind === 'latent' && memory.indexer !== undefined);
  return indexed ? INDEXER_PAGE_SIZE : undefined;
}
