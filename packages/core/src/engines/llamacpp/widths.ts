import type { FullLayer, KeyValueHeads, LatentLayer, Memory } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { expandsLatentOf, indexesKeysOnly } from './architectures.js';

/** What one token takes in one layer of one cache, in elements. */
export interface Widths {
  readonly cache: 'attention' | 'indexer';
  readonly heads: number;
  readonly keyHeadDim: number;
  /** 0 in a cache of keys only. */
  readonly valueHeadDim: number;
}

/**
 * The rows of a layer's caches: `n_embd_head_k x n_head_kv` keys and `n_embd_head_v x n_head_kv` values.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-hparams.cpp` (`n_embd_k_gqa`, `n_embd_v_gqa`),
 * `src/llama-kv-cache.cpp` (`has_v = !is_mla`), `src/llama-kv-cache-dsa.cpp`, `src/llama-kv-cache-msa.cpp` and
 * `src/llama-memory-hybrid-idx.cpp` (an indexer has one head).
 */
export function widthsOf(memory: Memory, model: Model): readonly Widths[] {
  switch (memory.kind) {
    case 'full':
      return [attentionWidths(memory), ...sparseWidths(memory, model)];
    case 'sliding':
    case 'chunked':
      return [attentionWidths(memory)];
    case 'latent':
      return [latentWidths(memory, model), ...indexerWidths(memory)];
    case 'compressed':
      return [keysOnly('attention', memory.headDim), ...indexerWidths(memory)];
    case 'recurrent':
    case 'cross':
    case 'shared':
    case 'none':
      return [];
  }
}

function attentionWidths({ numKeyValueHeads, keyHeadDim, valueHeadDim }: KeyValueHeads): Widths {
  return { cache: 'attention', heads: numKeyValueHeads, keyHeadDim, valueHeadDim };
}

/** The indexer's cache of MiniMax M3 has values too, of one head, though nothing reads them. */
function sparseWidths({ indexer, valueHeadDim }: FullLayer, model: Model): readonly Widths[] {
  return indexerWidths({ indexer }).map((widths) =>
    indexesKeysOnly(model) ? widths : { ...widths, valueHeadDim },
  );
}

function latentWidths({ kvLoraRank, qkRopeHeadDim, expanded }: LatentLayer, model: Model): Widths {
  return expanded !== undefined && expandsLatentOf(model)
    ? {
        cache: 'attention',
        heads: expanded.numAttentionHeads,
        keyHeadDim: expanded.qkNopeHeadDim + qkRopeHeadDim,
        valueHeadDim: expanded.vHeadDim,
      }
    : keysOnly('attention', kvLoraRank + qkRopeHeadDim);
}

function indexerWidths({
  indexer,
}: {
  readonly indexer?: LatentLayer['indexer'] | undefined;
}): readonly Widths[] {
  return indexer === undefined ? [] : [keysOnly('indexer', indexer.indexHeadDim)];
}

function keysOnly(cache: Widths['cache'], keyHeadDim: number): Widths {
  return { cache, heads: 1, keyHeadDim, valueHeadDim: 0 };
}
