import { DEFAULT_WORKLOAD, memoriesOf, sglangSpeculation } from '@kv/core';

/** Names that SGLang's own tables and torch have for the dtypes of a cache. */
const CACHE_DTYPES = {
  fp16: ['float16', 'auto'],
  bf16: ['bfloat16', 'auto'],
  mxfp8: ['float8_e4m3fn', 'mxfp8'],
  fp8_e4m3: ['float8_e4m3fn', 'fp8_e4m3'],
  fp8_e5m2: ['float8_e5m2', 'fp8_e5m2'],
  nvfp4: ['float4_e2m1fn_x2', 'fp4_mx_block16'],
};

/** Whether there are pools to ask about: not for encoders, kinds that SGLang does not have, and two latents in a layer. */
export function hasPools({ layers }) {
  return layers
    .map(memoriesOf)
    .every(
      (memories) =>
        memories.filter(({ kind }) => kind === 'latent').length < 2 &&
        memories.every(({ kind, mechanism }) => kind !== 'cross' && !WITHOUT_STATES.includes(mechanism)),
    );
}

const WITHOUT_STATES = ['rwkv', 'rg_lru', 'linear_attention', 'lightning_attention'];

/** The names under which SGLang knows architectures that are published under others. */
const ARCHITECTURES = { MiniMaxM3ForCausalLM: 'MiniMaxM3SparseForConditionalGeneration' };

/** A case in SGLang's words; defaults are those of its command line on a Hopper GPU. */
export function questionOf({ model, config, workload, settings }, availableBytes) {
  const use = { ...DEFAULT_WORKLOAD, ...workload };
  const memories = model.layers.flatMap(memoriesOf);
  const first = (kind) => memories.find((memory) => memory.kind === kind);
  const full = first('full');
  const windowed = first('sliding') ?? first('chunked');
  const latent = first('latent');
  const compressed = memories.some(({ kind }) => kind === 'compressed');
  const layersWith = (...kinds) =>
    model.layers.flatMap((layer, index) =>
      memoriesOf(layer).some(({ kind }) => kinds.includes(kind)) ? [index] : [],
    );
  const recurrent = first('recurrent');
  const [cacheDtype, cacheDtypeWord] = CACHE_DTYPES[use.keyDtype];
  const indexed = memories.find(({ indexer }) => indexer !== undefined);
  return {
    config: { ...config, architectures: config.architectures.map((name) => ARCHITECTURES[name] ?? name) },
    num_hidden_layers: model.numHiddenLayers,
    context_len: use.contextLength,
    num_requests: use.numSequences,
    attn_tp_size: use.tensorParallel,
    pipeline_parallel_size: use.pipelineParallel,
    dtype: model.dtype.dtype === 'fp16' ? 'float16' : 'bfloat16',
    cache_dtype: cacheDtype,
    cache_dtype_str: cacheDtypeWord,
    page_size: settings.pageSize ?? defaultPageSize(indexed, compressed),
    heads: headsOf(full ?? windowed),
    swa_heads: headsOf(windowed ?? full),
    latent:
      latent === undefined
        ? null
        : { kv_lora_rank: latent.kvLoraRank, qk_rope_head_dim: latent.qkRopeHeadDim },
    index_head_dim: indexed?.indexer.indexHeadDim ?? null,
    sliding_window: latent?.slidingWindow ?? windowed?.slidingWindow ?? windowed?.attentionChunkSize ?? null,
    compress_ratios: compressed ? model.layers.map(ratioOf) : null,
    full_attention_layer_ids: layersWith('full', 'latent'),
    mamba_layer_ids: layersWith('recurrent'),
    state: recurrent === undefined ? null : stateOf(recurrent, use.tensorParallel),
    available_bytes: availableBytes,
    swa_full_tokens_ratio: settings.swaFullTokensRatio ?? null,
    disable_hybrid_swa_memory: settings.disableHybridSwaMemory ?? false,
    disable_radix_cache: settings.disableRadixCache ?? false,
    mamba_radix_cache_strategy: settings.mambaRadixCacheStrategy ?? 'auto',
    max_running_requests: settings.maxRunningRequests ?? usualRequests(settings, compressed),
    speculation: speculationOf(model, settings),
    max_mamba_cache_size: settings.maxMambaCacheSize ?? null,
    mamba_ssm_dtype: settings.mambaSsmDtype ?? null,
  };
}

/** What `speculative_hook.py` and `deepseek_v4_hook.py` set where nothing is said. */
function usualRequests({ speculativeAlgorithm }, isDeepseekV4) {
  return isDeepseekV4 ? 256 : speculativeAlgorithm === undefined ? null : 48;
}

/** Steps, breadth and tokens; `defaults.mjs` asks which SGLang takes itself. */
function speculationOf(model, settings) {
  const found = sglangSpeculation(model, settings);
  return found === undefined
    ? null
    : {
        algorithm: settings.speculativeAlgorithm,
        num_steps: found.numSteps,
        topk: found.topK,
        num_draft_tokens: found.numDraftTokens,
      };
}

/** What `_page_size_default` and the overrides of each model say for Hopper GPUs. */
function defaultPageSize(indexed, compressed) {
  return compressed ? 256 : indexed === undefined ? 1 : indexed.kind === 'full' ? 128 : 64;
}

function headsOf(memory) {
  return memory === undefined
    ? null
    : {
        num_kv_heads: memory.numKeyValueHeads,
        head_dim: memory.keyHeadDim,
        v_head_dim: memory.valueHeadDim,
      };
}

function ratioOf(layer) {
  return memoriesOf(layer).find(({ kind }) => kind === 'compressed')?.compressRatio ?? 0;
}

/** Hyperparameters behind a state's shape, under the names of `Mamba2StateShape` and `KimiLinearStateShape`. */
function stateOf({ mechanism, convolution, state }, tensorParallel) {
  const [heads, first, second] = state?.shape ?? [];
  switch (mechanism) {
    case 'mamba':
      return {
        kind: 'mamba1',
        arguments: {
          intermediate_size: convolution.channels,
          state_size: state.shape.at(-1),
          conv_kernel: convolution.kernelSize,
        },
      };
    case 'mamba2':
      return {
        kind: 'mamba2',
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
        kind: 'mamba2',
        arguments: {
          intermediate_size: heads * second,
          n_groups: (convolution.channels - heads * second) / 2 / first,
          num_heads: heads,
          head_dim: second,
          state_size: first,
          conv_kernel: convolution.kernelSize,
        },
      };
    case 'kimi_delta_attention':
      return {
        kind: 'kda',
        arguments: { num_heads: heads, head_dim: first, conv_kernel_size: convolution.kernelSize },
      };
    case 'short_convolution':
      return {
        kind: 'mamba2',
        arguments: {
          intermediate_size: convolution.channels,
          n_groups: 1,
          num_heads: tensorParallel,
          head_dim: convolution.channels,
          state_size: 0,
          conv_kernel: convolution.kernelSize,
        },
      };
    default:
      throw new Error(`No state of SGLang is known for ${mechanism}.`);
  }
}
