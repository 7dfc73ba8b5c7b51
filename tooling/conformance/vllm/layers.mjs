import { memoriesOf } from '@kv/core';

/**
 * The layers of vLLM behind a layer of a model: the class whose `get_kv_cache_spec` says what it caches, with what its
 * constructor is given. `num_kv_heads` is of all ranks. Which class a model makes of a layer, with which window, stands
 * in the constructors of its model classes, which need a GPU: this is read from them.
 *
 * @param config the published config, for what the layers of a model do not say.
 */
export function layersOf(layer, config) {
  return memoriesOf(layer).flatMap((memory) => layersOfMemory(memory, config));
}

function layersOfMemory(memory, config) {
  const heads = () => ({ num_kv_heads: memory.numKeyValueHeads, head_size: memory.keyHeadDim });
  const withValues = () => ({ ...heads(), head_size_v: memory.valueHeadDim });
  switch (memory.kind) {
    case 'full':
      return memory.indexer === undefined
        ? [{ class: 'Attention', arguments: withValues() }]
        : indexedLayers(memory);
    case 'sliding':
      return [{ class: 'Attention', arguments: { ...withValues(), sliding_window: memory.slidingWindow } }];
    case 'chunked':
      return [
        {
          class: 'ChunkedLocalAttention',
          arguments: { ...heads(), attention_chunk_size: memory.attentionChunkSize },
        },
      ];
    case 'cross':
      return [{ class: 'CrossAttention', arguments: heads() }];
    case 'latent':
      return memory.slidingWindow === undefined ? latentLayers(memory) : [windowOf(memory)];
    case 'compressed':
      return compressedLayers(memory);
    case 'recurrent':
      return [recurrentLayer(memory, config)];
    default:
      return [];
  }
}

/** An indexer's keys in fp8 carry an fp32 scale for each 128 elements: `Indexer.__init__`. */
const withScales = (indexHeadDim) => indexHeadDim + Math.floor(indexHeadDim / 128) * 4;

function latentLayers({ kvLoraRank, qkRopeHeadDim, indexer }) {
  return [
    {
      class: 'MLAAttention',
      sparse: indexer !== undefined,
      arguments: { head_size: kvLoraRank + qkRopeHeadDim },
    },
    ...(indexer === undefined
      ? []
      : [
          {
            class: 'DeepseekV32IndexerCache',
            arguments: { head_dim: withScales(indexer.indexHeadDim), dtype: 'uint8' },
          },
        ]),
  ];
}

/** The indexer's keys are bf16 by default: `resolve_indexer_kv_dtype("bf16")` of `MiniMaxM3SparseAttention.__init__`. */
function indexedLayers({ numKeyValueHeads, keyHeadDim, indexer }) {
  return [
    {
      class: 'MiniMaxM3SparseAttention',
      arguments: { num_kv_heads: numKeyValueHeads, head_dim: keyHeadDim },
    },
    { class: 'MiniMaxM3IndexerCache', arguments: { head_dim: indexer.indexHeadDim, dtype: 'bfloat16' } },
  ];
}

function windowOf({ kvLoraRank, qkRopeHeadDim, slidingWindow }) {
  return {
    class: 'DeepseekV4SWACache',
    arguments: {
      head_dim: kvLoraRank + qkRopeHeadDim,
      window_size: slidingWindow,
      dtype: 'uint8',
      block_size: 64,
      packed_bytes_per_token: 584,
      packed_page_alignment: 576,
      packed_block_stride_alignment: null,
      bounded_replay: false,
    },
  };
}

function compressedLayers({ compressRatio, headDim, indexer }) {
  return [
    ...(indexer === undefined
      ? []
      : [
          {
            class: 'DeepseekV4IndexerCache',
            arguments: {
              head_dim: withScales(indexer.indexHeadDim),
              dtype: 'uint8',
              compress_ratio: compressRatio,
            },
          },
          compressorOf(compressRatio, indexer.indexHeadDim),
        ]),
    { class: 'DeepseekV4Attention', arguments: { head_dim: headDim, compress_ratio: compressRatio } },
    compressorOf(compressRatio, headDim),
  ];
}

/** `CompressorStateCache.__init__`, as `DeepseekCompressor.__init__` calls it. */
function compressorOf(compressRatio, headDim) {
  const overlap = compressRatio === 4 ? 2 : 1;
  return {
    class: 'CompressorStateCache',
    arguments: {
      state_dim: 2 * overlap * headDim,
      dtype: 'float32',
      block_size: compressRatio === 4 ? 4 : 8,
      sliding_window: overlap * compressRatio,
    },
  };
}

/** The layer and, for where the config does not lead to a state, hyperparameters under the names of its calculator. */
function recurrentLayer(memory, config) {
  const { mechanism, convolution, state } = memory;
  const [heads, first, second] = state?.shape ?? [];
  const of = (name, calculator, sizes) => ({ class: name, calculator, sizes, arguments: {} });
  switch (mechanism) {
    case 'mamba':
      return of('MambaBase', 'mamba1', {
        intermediate_size: convolution.channels,
        state_size: state.shape.at(-1),
        conv_kernel: convolution.kernelSize,
      });
    case 'mamba2':
      return of('MambaMixer2', 'mamba2', {
        intermediate_size: heads * first,
        n_groups: convolution.groups.numGroups,
        num_heads: heads,
        head_dim: first,
        state_size: second,
        conv_kernel: convolution.kernelSize,
      });
    case 'gated_delta_net':
      return of('QwenGatedDeltaNetAttention', 'gated_delta_net', {
        num_k_heads: (convolution.channels - heads * second) / 2 / first,
        num_v_heads: heads,
        head_k_dim: first,
        head_v_dim: second,
        conv_kernel_size: convolution.kernelSize,
      });
    case 'kimi_delta_attention':
      return {
        ...of('KimiK3DeltaAttention', 'kda', {
          num_heads: heads,
          head_dim: first,
          conv_kernel_size: convolution.kernelSize,
        }),
        lower_bound: (config?.text_config ?? config)?.linear_attn_config?.gate_lower_bound ?? null,
      };
    case 'short_convolution':
      return of('MambaBase', 'short_conv', {
        intermediate_size: convolution.channels,
        conv_kernel: convolution.kernelSize,
      });
    case 'lightning_attention':
      return of('MambaBase', 'linear_attention', { num_heads: heads, head_dim: first });
    default:
      return of('MambaBase', mechanism, {});
  }
}
