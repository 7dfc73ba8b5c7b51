/**
 * The caches of one layer in vLLM's words: a spec class of `vllm/v1/kv_cache_interface.py` with its arguments, or a
 * state calculator of `mamba_utils.py` with its own.
 *
 * @param tensorParallel for `num_kv_heads`, which vLLM gives per rank: `ModelConfig.get_num_kv_heads`.
 */
export function specsOf(layer, workload) {
  return (layer.parts ?? [layer]).flatMap((memory) => specsOfMemory(memory, workload));
}

function specsOfMemory(memory, { tensorParallel, keyDtype }) {
  const heads = () => ({
    num_kv_heads: Math.max(1, Math.floor(memory.numKeyValueHeads / tensorParallel)),
    head_size: memory.keyHeadDim,
  });
  const withValues = () => ({ ...heads(), head_size_v: memory.valueHeadDim });
  switch (memory.kind) {
    case 'full':
      return [
        { spec: 'FullAttentionSpec', arguments: withValues() },
        ...(memory.indexer === undefined ? [] : [keysOf(memory.indexer, keyDtype)]),
      ];
    case 'sliding':
      return [
        {
          spec: 'SlidingWindowSpec',
          arguments: { ...withValues(), sliding_window: memory.slidingWindow },
        },
      ];
    case 'chunked':
      return [
        {
          spec: 'ChunkedLocalAttentionSpec',
          arguments: { ...heads(), attention_chunk_size: memory.attentionChunkSize },
        },
      ];
    case 'cross':
      return [{ spec: 'CrossAttentionSpec', arguments: heads() }];
    case 'latent':
      return memory.slidingWindow === undefined ? latentSpecs(memory, keyDtype) : [windowOf(memory)];
    case 'compressed':
      return compressedSpecs(memory);
    case 'recurrent':
      return [{ spec: 'MambaSpec', ...stateOf(memory) }];
    default:
      return [];
  }
}

/** `MLAAttention.get_kv_cache_spec` and `DeepseekV32IndexerCache`, whose keys carry their scales. */
function latentSpecs({ kvLoraRank, qkRopeHeadDim, indexer }, keyDtype) {
  const isFp8 = keyDtype.startsWith('fp8');
  const latent = {
    spec: 'MLAAttentionSpec',
    arguments: {
      num_kv_heads: 1,
      head_size: kvLoraRank + qkRopeHeadDim,
      ...(isFp8 && indexer !== undefined ? { state_content_bytes: 656, cache_dtype_str: 'fp8_ds_mla' } : {}),
    },
  };
  if (indexer === undefined) {
    return [latent];
  }
  const { indexHeadDim } = indexer;
  return [
    latent,
    {
      spec: 'MLAAttentionSpec',
      arguments: {
        num_kv_heads: 1,
        head_size: indexHeadDim + Math.floor(indexHeadDim / 128) * 4,
        dtype: 'uint8',
      },
    },
  ];
}

/** FlashMLA's alignment of blocks of DeepSeek-V4. */
const ALIGNMENT = 576;

const LATENT_OF_DEEPSEEK_V4 = {
  num_kv_heads: 1,
  head_size: 512,
  dtype: 'uint8',
  cache_dtype_str: 'fp8_ds_mla',
  state_content_bytes: 584,
  alignment: ALIGNMENT,
  model_version: 'deepseek_v4',
};

/** `DeepseekV4SWACache`. */
function windowOf({ slidingWindow }) {
  return {
    spec: 'SlidingWindowMLASpec',
    block_size: 64,
    arguments: { ...LATENT_OF_DEEPSEEK_V4, sliding_window: slidingWindow },
  };
}

/** `DeepseekV4Indexer`, `DeepseekV4Attention` and a `DeepseekCompressor` for each. */
function compressedSpecs({ compressRatio, headDim, indexer }) {
  return [
    ...(indexer === undefined
      ? []
      : [
          {
            spec: 'MLAAttentionSpec',
            arguments: {
              num_kv_heads: 1,
              head_size: indexer.indexHeadDim + Math.floor(indexer.indexHeadDim / 128) * 4,
              dtype: 'uint8',
              tokens_per_state: compressRatio,
              alignment: ALIGNMENT,
            },
          },
          compressorOf(compressRatio, indexer.indexHeadDim),
        ]),
    { spec: 'MLAAttentionSpec', arguments: { ...LATENT_OF_DEEPSEEK_V4, tokens_per_state: compressRatio } },
    compressorOf(compressRatio, headDim),
  ];
}

/** `CompressorStateCache`. */
function compressorOf(compressRatio, headDim) {
  const overlap = compressRatio === 4 ? 2 : 1;
  return {
    spec: 'SlidingWindowMLASpec',
    block_size: compressRatio === 4 ? 4 : 8,
    arguments: {
      num_kv_heads: 1,
      head_size: 2 * overlap * headDim,
      dtype: 'float32',
      sliding_window: overlap * compressRatio,
      alignment: ALIGNMENT,
    },
  };
}

/** `MiniMaxM3IndexerCache`. */
function keysOf({ indexHeadDim }, keyDtype) {
  return {
    spec: 'MLAAttentionSpec',
    arguments: {
      num_kv_heads: 1,
      head_size: indexHeadDim,
      dtype: keyDtype.startsWith('fp8') ? 'float8_e4m3fn' : 'bfloat16',
    },
  };
}

/** Hyperparameters behind a state's shape, under the names of `MambaStateShapeCalculator`. */
function stateOf({ mechanism, convolution, state }) {
  const [heads, first, second] = state?.shape ?? [];
  switch (mechanism) {
    case 'mamba': {
      const { channels, kernelSize } = convolution;
      const state_size = state.shape.at(-1);
      return {
        state: 'mamba1',
        arguments: { intermediate_size: channels, state_size, conv_kernel: kernelSize },
      };
    }
    case 'mamba2':
      return {
        state: 'mamba2',
        arguments: {
          intermediate_size: heads * first,
          n_groups: convolution.groups.numGroups,
          num_heads: heads,
          head_dim: first,
          state_size: second,
          conv_kernel: convolution.kernelSize,
        },
      };
    case 'gated_delta_net':
      return {
        state: 'gated_delta_net',
        arguments: {
          num_k_heads: (convolution.channels - heads * second) / 2 / first,
          num_v_heads: heads,
          head_k_dim: first,
          head_v_dim: second,
          conv_kernel_size: convolution.kernelSize,
        },
      };
    case 'kimi_delta_attention':
      return {
        state: 'kda',
        arguments: { num_heads: heads, head_dim: first, conv_kernel_size: convolution.kernelSize },
      };
    case 'short_convolution':
      return {
        state: 'short_conv',
        arguments: { intermediate_size: convolution.channels, conv_kernel: convolution.kernelSize },
      };
    case 'lightning_attention':
      return { state: 'linear_attention', arguments: { num_heads: heads, head_dim: first } };
    default:
      throw new Error(`No state of vLLM is known for ${mechanism}.`);
  }
}
