import type { EngineLog } from '../log-pattern.js';

/**
 * What vLLM prints about memory when it starts.
 *
 * Source: vllm-project/vllm v0.10.0 to v0.33.0: `vllm/v1/worker/gpu_worker.py`, `vllm/v1/core/kv_cache_utils.py`,
 * `vllm/v1/worker/gpu_model_runner.py`, `vllm/v1/engine/core.py`, `vllm/entrypoints/utils.py`,
 * `vllm/engine/arg_utils.py`.
 */
export const VLLM_LOG: EngineLog = {
  engine: 'vllm',
  mentions: /GiB|GB|tokens|blocks|version|LLM engine|args:|architecture|load model|memory/,
  figures: [
    {
      pattern: /Model loading took (?<memory>[\d.]+) Gi?B/,
      figures: { memory: { quantity: 'loadedWeights', unit: 'GiB' } },
    },
    {
      pattern: /Available KV cache memory: (?<memory>-?[\d.]+) GiB/,
      figures: { memory: { quantity: 'availableKvCacheMemory', unit: 'GiB' } },
    },
    {
      pattern: /GPU KV cache size: (?<tokens>[\d,]+) tokens/,
      figures: { tokens: { quantity: 'kvCacheTokens', unit: 'tokens' } },
    },
    {
      pattern: /Maximum concurrency for (?<context>[\d,]+) tokens per request: (?<times>[\d.]+)x/,
      figures: {
        context: { quantity: 'maxModelLen', unit: 'tokens' },
        times: { quantity: 'maxConcurrency', unit: 'times' },
      },
    },
    {
      pattern: /Estimated CUDA graph memory: (?<memory>[\d.]+) GiB/,
      figures: { memory: { quantity: 'estimatedGraphs', unit: 'GiB' } },
    },
    {
      pattern: /Graph capturing finished in .*?took (?<memory>-?[\d.]+) GiB/,
      figures: { memory: { quantity: 'capturedGraphs', unit: 'GiB' } },
    },
    {
      pattern: /Free memory on device \S* ?\((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\)/,
      figures: {
        free: { quantity: 'freeAtStart', unit: 'GiB' },
        total: { quantity: 'deviceTotal', unit: 'GiB' },
      },
    },
    {
      pattern: /[Dd]esired GPU memory utilization (?:is )?\((?<utilization>[\d.]+), (?<memory>[\d.]+) GiB\)/,
      figures: {
        utilization: { quantity: 'gpuMemoryUtilization', unit: 'times' },
        memory: { quantity: 'requestedMemory', unit: 'GiB' },
      },
    },
    {
      pattern:
        /Actual usage is (?<weights>[\d.]+) GiB for weight, (?<activations>[\d.]+) GiB for peak activation, (?<outside>-?[\d.]+) GiB for non-torch memory(?:, and (?<graphs>-?[\d.]+) GiB for CUDAGraph memory)?/,
      figures: {
        weights: { quantity: 'loadedWeights', unit: 'GiB' },
        activations: { quantity: 'peakActivations', unit: 'GiB' },
        outside: { quantity: 'outsideTorch', unit: 'GiB' },
        graphs: { quantity: 'capturedGraphs', unit: 'GiB' },
      },
    },
    {
      pattern: /Setting attention block size to (?<tokens>[\d,]+) tokens/,
      figures: { tokens: { quantity: 'blockSize', unit: 'tokens' } },
    },
    {
      pattern: /Chunked prefill is enabled with max_num_batched_tokens=(?<tokens>\d+)/,
      figures: { tokens: { quantity: 'maxNumBatchedTokens', unit: 'tokens' } },
    },
    {
      pattern: /# GPU blocks: (?<blocks>\d+)/,
      figures: { blocks: { quantity: 'numGpuBlocks', unit: 'count' } },
    },
  ],
  facts: [
    { pattern: /vLLM (?:API server )?version v?(?<release>\d+\.\d+[\w.+]*)/ },
    { pattern: /Initializing an? (?:V1 )?LLM engine \(v?(?<release>\d+\.\d+[\w.+]*)\)/ },
    { pattern: /with config: (?<config>model=.*)$/ },
    { pattern: /non-default args: (?<arguments>\{.*\})/ },
    { pattern: /Resolved architecture: (?<architecture>\w+)/ },
    { pattern: /Starting to load model (?<model>\S+?)\.\.\./ },
  ],
  failures: [
    {
      pattern: /No available memory for the cache blocks/,
      meaning: 'weights and activations left no memory for the cache',
    },
    {
      pattern:
        /max seq len \((?<context>[\d,]+)\).*?(?<needed>[\d.]+) GiB KV cache is needed.*?available KV cache memory \((?<available>[\d.]+) GiB\)/,
      meaning: 'the cache of one request of the longest context does not fit',
    },
    {
      pattern:
        /max seq len \((?<context>[\d,]+)\) is larger than the maximum number of tokens that can be stored in KV cache \((?<tokens>[\d,]+)\)/,
      meaning: 'the cache of one request of the longest context does not fit',
    },
    {
      pattern: /Free memory on device.*?is less than desired GPU memory utilization/,
      meaning: 'other processes hold memory that --gpu-memory-utilization asks for',
    },
    {
      pattern:
        /CUDA out of memory(?: occurred when warming up sampler with (?<sequences>\d+) dummy requests)?/,
      meaning: 'the device ran out of memory',
    },
  ],
};
