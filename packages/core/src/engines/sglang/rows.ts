import { type DtypeName, dtypeOf, rowBytes } from '../../model/dtype.js';
import { type KeyValueHeads, type LatentLayer, type Memory, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';

/** What one slot of a token takes in one layer, on one tensor-parallel rank. */
export interface Row {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly arithmetic: string;
}

/** What the size of a row depends on, beside the layer. */
export interface RowContext {
  readonly model: Model;
  /** Ranks that attention is split over: `attn_tp_size`. */
  readonly tensorParallel: number;
  readonly cacheDtype: DtypeName;
}

/**
 * Keys and values of one token: the heads of this rank, at least one, each head's key and value in whole blocks of the
 * dtype.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/memory_pool.py` (`MHATokenToKVPool`,
 * `MHATokenToKVPoolMXFP8`), `configs/model_config.py` (`get_num_kv_heads`),
 * `layers/quantization/fp4_kv_cache_quant_method.py` (`FP4MXBlock16KVCacheMethod`).
 */
export function headsRow(
  { numKeyValueHeads, keyHeadDim, valueHeadDim }: KeyValueHeads,
  { model, tensorParallel, cacheDtype }: RowContext,
): Row {
  const few = Math.min(numKeyValueHeads, tensorParallel);
  if (Math.max(numKeyValueHeads, tensorParallel) % few !== 0) {
    throw new InputError(
      `SGLang cannot split the ${numKeyValueHeads} key-value heads of ${model.name} over tensorParallel ${tensorParallel}; one must be a multiple of the other.`,
    );
  }
  const dtype = dtypeOf(cacheDtype);
  for (const size of [keyHeadDim, valueHeadDim]) {
    if (size % dtype.blockSize !== 0) {
      throw new InputError(
        `SGLang stores ${cacheDtype} in blocks of ${dtype.blockSize}, which do not fill heads of ${size} of ${model.name}; use bf16 or fp8_e4m3.`,
      );
    }
  }
  const heads = Math.max(1, Math.floor(numKeyValueHeads / tensorParallel));
  return {
    keyBytes: heads * rowBytes(dtype, keyHeadDim),
    valueBytes: heads * rowBytes(dtype, valueHeadDim),
    arithmetic: `${heads} KV heads x (${keyHeadDim} + ${valueHeadDim}) ${cacheDtype}`,
  };
}

/** Elements that share a scale in a sparse model's fp8 latent: `DSATokenToKVPool.quant_block_size`. */
const QUANT_BLOCK_SIZE = 128;

/**
 * A latent of one token, kept by every rank. In fp8 those of a model with an indexer are packed: fp8 with an fp32 scale for each
 * 128 elements, and the rotary key in bf16 (656 bytes of 512 + 64).
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`calculate_mla_kv_cache_dim`), `mem_cache/memory_pool.py` (`MLATokenToKVPool`, `MLATokenToKVPoolFP4`).
 */
export function latentRow(
  { kvLoraRank, qkRopeHeadDim }: LatentLayer,
  { model, cacheDtype }: RowContext,
): Row {
  const memories = model.layers.flatMap(memoriesOf);
  const isSparse = memories.some((memory) => memory.kind === 'latent' && memory.indexer !== undefined);
  const hasStates = memories.some(({ kind }) => kind === 'recurrent');
  const isKnown =
    cacheDtype !== 'mxfp8' &&
    (cacheDtype !== 'nvfp4' || !hasStates) &&
    (!isSparse || cacheDtype === 'bf16' || cacheDtype === 'fp8_e4m3');
  if (!isKnown) {
    throw new InputError(
      `SGLang has no ${cacheDtype} cache for the latents (MLA) of ${model.name}; use bf16 or fp8_e4m3.`,
    );
  }
  const elements = kvLoraRank + qkRopeHeadDim;
  if (!isSparse || cacheDtype === 'bf16') {
    return {
      keyBytes: rowBytes(dtypeOf(cacheDtype), elements),
      valueBytes: 0,
      arithmetic: `${elements} ${cacheDtype}`,
    };
  }
  if (kvLoraRank % QUANT_BLOCK_SIZE !== 0) {
    throw new InputError(
      `SGLang scales sparse fp8 latents in blocks of ${QUANT_BLOCK_SIZE}, which do not fill the ${kvLoraRank} of ${model.name}; use bf16.`,
    );
  }
  const scales = kvLoraRank / QUANT_BLOCK_SIZE;
  return {
    keyBytes: kvLoraRank + scales * 4 + qkRopeHeadDim * 2,
    valueBytes: 0,
    arithmetic: `(${kvLoraRank} fp8_e4m3 + ${scales} fp32 scales + ${qkRopeHeadDim} bf16)`,
  };
}

/** The only size of an indexer's keys that `DSATokenToKVPool` takes. */
const INDEX_HEAD_DIM = 128;

/**
 * An indexer's key of one token: beside a latent fp8 with an fp32 scale for each 128 elements, whatever the cache's
 * dtype; beside heads (MiniMax M3) fp8 where the cache is fp8_e4m3, else the model's dtype.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/index_key_cache.py` (`IndexKeyCache`),
 * `mem_cache/memory_pool.py` (`get_minimax_sparse_index_dtype`, `MHATokenToKOnlyPool`).
 */
export function indexerRow(memory: Memory, { model, cacheDtype }: RowContext): Row | undefined {
  if (memory.kind === 'latent' && memory.indexer !== undefined) {
    const { indexHeadDim } = memory.indexer;
    if (indexHeadDim !== INDEX_HEAD_DIM) {
      throw new InputError(
        `SGLang has indexer keys of ${INDEX_HEAD_DIM} elements only, not the ${indexHeadDim} of ${model.name}; use the engine ideal.`,
      );
    }
    return { keyBytes: indexHeadDim + 4, valueBytes: 0, arithmetic: `(${indexHeadDim} fp8 + 1 fp32 scale)` };
  }
  if (memory.kind === 'full' && memory.indexer !== undefined) {
    const { indexHeadDim } = memory.indexer;
    if (cacheDtype === 'mxfp8' || cacheDtype === 'nvfp4') {
      throw new InputError(
        `SGLang has no ${cacheDtype} cache beside the indexer of ${model.name}; use bf16 or fp8_e4m3.`,
      );
    }
    const dtype = cacheDtype === 'fp8_e4m3' ? cacheDtype : computeDtype(model);
    return {
      keyBytes: rowBytes(dtypeOf(dtype), indexHeadDim),
      valueBytes: 0,
      arithmetic: `${indexHeadDim} ${dtype}`,
    };
  }
  return undefined;
}

/**
 * What SGLang computes in, and what `auto` stores keys and values in: checkpoints in fp32 run in fp16, those of Gemma
 * in bf16.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/configs/model_config.py` (`_get_and_verify_dtype`).
 */
export function computeDtype({ architecture, dtype: { dtype } }: Model): 'fp16' | 'bf16' {
  return dtype === 'fp16' || (dtype === 'fp32' && !/^gemma/i.test(architecture)) ? 'fp16' : 'bf16';
}
