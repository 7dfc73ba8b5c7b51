import type { EngineLog } from '../log-pattern.js';

/**
 * What llama.cpp, and Ollama with it, prints about memory when it loads a model. Prefixes of functions changed over time
 * (`llama_new_context_with_model`, `llama_kv_cache_unified`), the figures did not.
 *
 * Source: ggml-org/llama.cpp v0.5.0: `src/llama-kv-cache.cpp`, `src/llama-memory-recurrent.cpp`, `src/llama-context.cpp`,
 * `src/llama-model.cpp`, `common/common.cpp`; ollama/ollama, `server/sched.go`.
 */
export const LLAMACPP_LOG: EngineLog = {
  engine: 'llama.cpp',
  mentions:
    /MiB|layers to GPU|llama_context|Device \d|devices|using device|build|general|arch|gguf|params|out of memory|allocate|system memory/,
  figures: [
    {
      pattern:
        /llama_kv_cache\w*: size = +(?<cache>[\d.]+) MiB \( *(?<cells>\d+) cells, +(?<layers>\d+) layers, +(?<sequences>\d+)(?:\/\d+)? seqs\), K \((?:[\w]+)\): +(?<keys>[\d.]+) MiB, V \((?:[\w]+)\): +(?<values>[\d.]+) MiB/,
      figures: {
        cache: { quantity: 'cacheBytes', unit: 'MiB' },
        cells: { quantity: 'cells', unit: 'tokens' },
        layers: { quantity: 'layers', unit: 'count' },
        sequences: { quantity: 'numSequences', unit: 'count' },
        keys: { quantity: 'keyBytes', unit: 'MiB' },
        values: { quantity: 'valueBytes', unit: 'MiB' },
      },
    },
    {
      pattern: /llama_memory_recurrent: size = +(?<states>[\d.]+) MiB/,
      figures: { states: { quantity: 'recurrentBytes', unit: 'MiB' } },
    },
    {
      pattern: /(?<!_Host) +(?<where>\S+) KV buffer size = +(?<cache>[\d.]+) MiB/,
      figures: { cache: { quantity: 'kvBuffer', unit: 'MiB' } },
    },
    {
      pattern: /(?<where>\S+) compute buffer size = +(?<memory>[\d.]+) MiB/,
      figures: { memory: { quantity: 'computeBuffer', unit: 'MiB' } },
    },
    {
      pattern: /(?<where>\S+) +output buffer size = +(?<memory>[\d.]+) MiB/,
      figures: { memory: { quantity: 'outputBuffer', unit: 'MiB' } },
    },
    {
      pattern: /(?<where>\S+) model buffer size = +(?<memory>[\d.]+) MiB/,
      figures: { memory: { quantity: 'modelBuffer', unit: 'MiB' } },
    },
    {
      pattern: /offloaded (?<layers>\d+)\/(?<all>\d+) layers to GPU/,
      figures: {
        layers: { quantity: 'offloadedLayers', unit: 'count' },
        all: { quantity: 'layersToOffload', unit: 'count' },
      },
    },
    {
      pattern: /llama_context: n_ctx += (?<context>\d+)/,
      figures: { context: { quantity: 'ctxSize', unit: 'tokens' } },
    },
    {
      pattern: /llama_context: n_ubatch += (?<tokens>\d+)/,
      figures: { tokens: { quantity: 'ubatchSize', unit: 'tokens' } },
    },
    {
      pattern: /llama_context: n_seq_max += (?<sequences>\d+)/,
      figures: { sequences: { quantity: 'numSequences', unit: 'count' } },
    },
    {
      pattern: /projected to use (?<needed>\d+) MiB of (?:device )?memory vs\. (?<free>\d+) MiB of free/,
      figures: {
        needed: { quantity: 'projectedMemory', unit: 'MiB' },
        free: { quantity: 'freeAtStart', unit: 'MiB' },
      },
    },
  ],
  facts: [
    { pattern: /K \((?<keyType>\w+)\): +[\d.]+ MiB, V \((?<valueType>\w+)\)/ },
    { pattern: /Device \d+: (?<device>[^,]+), compute capability (?<computeCapability>[\d.]+)/ },
    { pattern: /using device \S+ \((?<device>[^)]+)\)/ },
    { pattern: /build(?:_info)?: (?<release>b?\d+(?:-\w+)?)/ },
    { pattern: /general\.name +str += (?<model>.+)$/ },
    { pattern: /print_info: general\.name += (?<model>.+)$/ },
    { pattern: /print_info: arch += (?<architecture>\S+)/ },
    { pattern: /(?:loaded meta data|loading model) .*?(?<model>[^\s/'"]+\.gguf)/ },
  ],
  failures: [
    {
      pattern: /failed to fit params to free device memory/,
      meaning: 'the model does not fit into free memory',
    },
    {
      pattern: /(?:cudaMalloc|hipMalloc) failed: out of memory/,
      meaning: 'the device ran out of memory',
    },
    {
      pattern: /unable to allocate (?<where>\S+) buffer/,
      meaning: 'a buffer could not be allocated',
    },
    {
      pattern: /model requires more system memory \((?<needed>[\d.]+ [GM]iB)\) than is available/,
      meaning: 'the host has too little memory',
    },
  ],
};
