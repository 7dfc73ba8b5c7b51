import { DEFAULT_WORKLOAD, memoriesOf } from '@kv/core';
import { layersOf } from './layers.mjs';

/** vLLM's own words for cache dtypes, where they are others. */
const CACHE_DTYPES = { bf16: 'auto', int8: 'int8_per_token_head', int4: 'int4_per_token_head' };

/**
 * A case in vLLM's words; defaults are those of its command line on a Hopper GPU.
 *
 * @param config the published config; undefined for a model that was made up from layers.
 */
export function questionOf({ model, config, workload, settings }, availableBytes) {
  const use = { ...DEFAULT_WORKLOAD, ...workload };
  const memories = model.layers.flatMap(memoriesOf);
  const attention = memories.find(({ kind }) => ['full', 'latent', 'sliding'].includes(kind));
  const encoder = memories.find(({ kind }) => kind === 'cross');
  const mechanisms = new Set(memories.map(({ mechanism }) => mechanism));
  const isHybrid = attention !== undefined && memories.some(({ kind }) => kind === 'recurrent');
  const aligns = isHybrid && (settings.enablePrefixCaching ?? true);
  const deltaNetCheckpoints =
    aligns && mechanisms.has('gated_delta_net') && settings.gdnPrefillBackend !== 'triton';
  return {
    config: config === undefined ? null : complete(config),
    model: model.layers.map((layer) => layersOf(layer, config)),
    draft: settings.specMethod === 'mtp' ? predictors(model, config) : [],
    tensor_parallel_size: use.tensorParallel,
    pipeline_parallel_size: use.pipelineParallel,
    decode_context_parallel_size: use.contextParallel,
    max_model_len: use.contextLength,
    dtype: model.dtype.dtype === 'fp16' ? 'float16' : 'bfloat16',
    cache_dtype: cacheDtypeOf(use.keyDtype, model),
    block_size: settings.blockSize ?? defaultBlockSize(memories),
    layout: memories.some(({ kind }) => kind === 'compressed') ? 'BLHNC' : 'LBNHC',
    use_mla: memories.some(({ kind }) => kind === 'latent'),
    one_token: tokenOf(attention, use.tensorParallel),
    encoder_tokens: encoder?.encoderTokens ?? 0,
    available_bytes: availableBytes,
    settings: {
      max_num_batched_tokens: settings.maxNumBatchedTokens ?? defaultBatch(encoder, use),
      batches: use.pipelineParallel + ((settings.asyncScheduling ?? settings.specMethod !== 'ngram') ? 1 : 0),
      num_speculative_tokens: settings.numSpeculativeTokens ?? 0,
      mamba_cache_mode: aligns ? 'align' : 'none',
      mamba_ssm_cache_dtype: settings.mambaSsmCacheDtype ?? 'auto',
      disable_hybrid_kv_cache_manager:
        settings.disableHybridKvCacheManager ?? memories.some(({ kind }) => kind === 'chunked'),
      prefill_checkpoint_alignment: deltaNetCheckpoints ? 64 : null,
    },
  };
}

/** `EngineArgs._set_default_max_num_seqs_and_batched_tokens_args`. */
function defaultBatch(encoder, { contextLength }) {
  return encoder === undefined ? 8192 : Math.max(8192, contextLength);
}

/** `auto` is what the model computes in. */
function cacheDtypeOf(keyDtype, { dtype: { dtype } }) {
  return keyDtype === 'fp16' ? (dtype === 'fp16' ? 'auto' : 'float16') : wordOf(keyDtype, dtype);
}

function wordOf(keyDtype, dtype) {
  return keyDtype === 'bf16' && dtype === 'fp16' ? 'bfloat16' : (CACHE_DTYPES[keyDtype] ?? keyDtype);
}

/** The least that the attention kernels of all layers take: `get_supported_kernel_block_sizes`. */
function defaultBlockSize(memories) {
  if (memories.some(({ kind }) => kind === 'compressed')) {
    return 256;
  }
  const indexed = memories.find(({ indexer }) => indexer !== undefined);
  return indexed === undefined ? 16 : indexed.kind === 'full' ? 128 : 64;
}

function tokenOf(attention, tensorParallel) {
  return attention?.kind === 'latent'
    ? { num_kv_heads: 1, head_size: attention.kvLoraRank + attention.qkRopeHeadDim }
    : {
        num_kv_heads: Math.max(1, Math.floor((attention?.numKeyValueHeads ?? 1) / tensorParallel)),
        head_size: attention?.keyHeadDim ?? 1,
      };
}

/**
 * Layers for multi-token prediction: decoder layers of the model's own class that keep every token, with an indexer of their
 * own where any has one (`is_mtp_layer` of `DeepseekV2MLAAttention.__init__`).
 */
function predictors({ layers, numNextnPredictLayers = 0 }, config) {
  const kept = layers.filter(({ kind }) => kind === 'full' || kind === 'latent');
  const like = kept.findLast(({ indexer }) => indexer !== undefined) ?? kept.at(-1);
  return Array.from({ length: numNextnPredictLayers }, () => layersOf(like, config));
}

/** What transformers' `Zamba2Config` adds to a config that leaves it out: heads of the input and the embedding side by side. */
function complete(config) {
  return config.model_type === 'zamba2'
    ? { attention_head_dim: (2 * config.hidden_size) / config.num_attention_heads, ...config }
    : config;
}
