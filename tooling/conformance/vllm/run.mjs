import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_WORKLOAD, memoriesOf, modelFromConfig } from '@kv/core';
import { AVAILABLE_BYTES, casesFor } from './cases.mjs';
import { specsOf } from './layers.mjs';
import { unpackSource } from './source.mjs';

const VERSION = '0.33.0';
const GOLDEN = fileURLToPath(new URL('../../../packages/core/test/golden/vllm.json', import.meta.url));
const SPECS = fileURLToPath(new URL('specs.py', import.meta.url));
const CONFIGS = JSON.parse(readFileSync(new URL('models.json', import.meta.url), 'utf8'));

/** vLLM's own words for cache dtypes, where they are others. */
const CACHE_DTYPES = { bf16: 'auto', int8: 'int8_per_token_head', int4: 'int4_per_token_head' };

const models = Object.entries(CONFIGS).map(([id, config]) =>
  modelFromConfig(config, { id, source: 'golden' }),
);
const cases = models.flatMap((model) =>
  casesFor(model)
    .map(({ workload, settings }) => ({ model, workload, settings }))
    .filter(isPossible),
);

const { folder, source } = await unpackSource(VERSION);
const answers = JSON.parse(
  execFileSync('python3', [SPECS, source], {
    input: JSON.stringify(cases.map(questionOf)),
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 2],
  }),
);
rmSync(folder, { recursive: true });
const results = cases.map(({ model, workload, settings }, index) => ({
  model: model.id,
  workload,
  settings,
  log: answers[index],
}));

writeFileSync(
  GOLDEN,
  `${format({
    engine: 'vllm',
    version: VERSION,
    generator: 'tooling/conformance/vllm/run.mjs',
    availableBytes: AVAILABLE_BYTES,
    models: Object.fromEntries(Object.entries(CONFIGS).map(([id, config]) => [id, { config }])),
    refused: results
      .filter(({ log }) => log.error !== undefined)
      .map(({ log, ...one }) => ({ ...one, error: log.error })),
    cases: results
      .filter(({ log }) => log.error === undefined)
      .map(({ log, ...one }) => ({ ...one, engineBytes: bytesOf(log, one.workload), log })),
  })}\n`,
);
console.error(`${cases.length} cases of ${models.length} models`);

/** Heads, channels and layers that devices divide. */
function isPossible({ model, workload }) {
  const { tensorParallel = 1, pipelineParallel = 1 } = workload;
  const divides = (size) => Math.max(size, tensorParallel) % Math.min(size, tensorParallel) === 0;
  return (
    pipelineParallel <= model.numHiddenLayers &&
    (model.numAttentionHeads ?? tensorParallel) % tensorParallel === 0 &&
    model.layers.flatMap(memoriesOf).every((memory) => {
      if (memory.kind === 'recurrent') {
        const sizes = [memory.convolution?.channels, memory.state?.shape[0]];
        return sizes.every((size) => size === undefined || size % tensorParallel === 0);
      }
      return memory.numKeyValueHeads === undefined || divides(memory.numKeyValueHeads);
    })
  );
}

/** Memory of the blocks that one request may need, on all devices. */
function bytesOf({ groups, blockBytes }, { tensorParallel = 1 }) {
  const blocks = groups.reduce((total, { blocksPerRequest }) => total + blocksPerRequest, 0);
  return tensorParallel * blocks * blockBytes.reduce((total, bytes) => total + bytes, 0);
}

/** A case in vLLM's words; defaults are those of its command line on a Hopper GPU. */
function questionOf({ model, workload, settings }) {
  const use = { ...DEFAULT_WORKLOAD, ...workload };
  const memories = model.layers.flatMap(memoriesOf);
  const attention = memories.find(({ kind }) => ['full', 'latent', 'sliding'].includes(kind));
  const mechanisms = new Set(memories.map(({ mechanism }) => mechanism));
  const isHybrid = attention !== undefined && memories.some(({ kind }) => kind === 'recurrent');
  const aligns = isHybrid && (settings.enablePrefixCaching ?? true);
  const deltaNetCheckpoints =
    aligns && mechanisms.has('gated_delta_net') && settings.gdnPrefillBackend !== 'triton';
  return {
    model: model.layers.map((layer) => specsOf(layer, use)),
    tensor_parallel_size: use.tensorParallel,
    pipeline_parallel_size: use.pipelineParallel,
    decode_context_parallel_size: use.contextParallel,
    max_model_len: use.contextLength,
    dtype: model.dtype.dtype === 'fp16' ? 'float16' : 'bfloat16',
    cache_dtype: CACHE_DTYPES[use.keyDtype] ?? use.keyDtype,
    mamba_ssm_cache_dtype: settings.mambaSsmCacheDtype ?? stateDtype(model),
    block_size: settings.blockSize ?? defaultBlockSize(memories),
    layout: memories.some(({ kind }) => kind === 'compressed') ? 'BLHNC' : 'LBNHC',
    use_mla: memories.some(({ kind }) => kind === 'latent'),
    one_token: tokenOf(attention, use.tensorParallel),
    available_bytes: AVAILABLE_BYTES,
    settings: {
      max_num_batched_tokens: settings.maxNumBatchedTokens ?? 8192,
      batches: use.pipelineParallel + ((settings.asyncScheduling ?? true) ? 1 : 0),
      num_speculative_tokens: settings.numSpeculativeTokens ?? 0,
      mamba_cache_mode: aligns ? 'align' : 'none',
      disable_hybrid_kv_cache_manager:
        settings.disableHybridKvCacheManager ?? memories.some(({ kind }) => kind === 'chunked'),
      prefill_checkpoint_blocks: aligns && (mechanisms.has('mamba2') || deltaNetCheckpoints) ? 1 : 0,
      prefill_checkpoint_alignment: deltaNetCheckpoints ? 64 : null,
    },
  };
}

/** Configs that say what states are kept in: `vllm/model_executor/models/config.py`. */
function stateDtype({ id }) {
  const config = CONFIGS[id].text_config ?? CONFIGS[id];
  return config.mamba_ssm_dtype ?? (config.model_type === 'nemotron_h' ? 'float32' : 'auto');
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

/** JSON with a line for each model and case. */
function format({ models: known, cases: all, ...head }) {
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const entries = Object.entries(known).map(
    ([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`,
  );
  const start = Object.entries(head).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{\n${start.join(',\n')},\n  "models": {\n${lines(entries)}\n  },\n  "cases": [\n${lines(all.map((one) => JSON.stringify(one)))}\n  ]\n}`;
}
