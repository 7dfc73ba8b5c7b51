import type { EngineLog } from '../log-pattern.js';

/**
 * What SGLang prints about memory when it starts. Its GB are 2^30 bytes.
 *
 * Source: sgl-project/sglang v0.4.6 to v0.5.23: `python/sglang/srt/model_executor/model_runner.py`,
 * `srt/mem_cache/memory_pool.py`, `srt/managers/scheduler.py`, `srt/server_args.py`.
 */
export const SGLANG_LOG: EngineLog = {
  engine: 'sglang',
  mentions: /mem|[Mm]emory|tokens|server_args|sglang|Cache is allocated/,
  figures: [
    {
      pattern: /Load weight begin\. avail mem=(?<memory>[\d.]+) GB/,
      figures: { memory: { quantity: 'freeBeforeWeights', unit: 'GiB' } },
    },
    {
      pattern: /Load weight end\..*?avail mem=(?<free>[\d.]+) GB(?:, mem usage=(?<weights>[\d.]+) GB)?/,
      figures: {
        free: { quantity: 'freeAfterWeights', unit: 'GiB' },
        weights: { quantity: 'loadedWeights', unit: 'GiB' },
      },
    },
    {
      pattern:
        /KV Cache is allocated\..*?#tokens: (?<tokens>\d+)(?:, (?:KV|Cache) size: (?<cache>[\d.]+) GB)?(?:, K size: (?<keys>[\d.]+) GB)?(?:, V size: (?<values>[\d.]+) GB)?/,
      figures: {
        tokens: { quantity: 'poolTokens', unit: 'tokens' },
        cache: { quantity: 'cacheBytes', unit: 'GiB' },
        keys: { quantity: 'keyBytes', unit: 'GiB' },
        values: { quantity: 'valueBytes', unit: 'GiB' },
      },
    },
    {
      pattern:
        /Mamba Cache is allocated\. max_mamba_cache_size: (?<states>\d+), conv_state size: (?<convolution>[\d.]+) ?GB, ssm_state size: (?<recurrent>[\d.]+) ?GB/,
      figures: {
        states: { quantity: 'maxMambaCacheSize', unit: 'count' },
        convolution: { quantity: 'convolutionBytes', unit: 'GiB' },
        recurrent: { quantity: 'recurrentBytes', unit: 'GiB' },
      },
    },
    {
      pattern: /Memory pool end\. avail mem=(?<memory>[\d.]+) GB/,
      figures: { memory: { quantity: 'freeAfterPools', unit: 'GiB' } },
    },
    {
      pattern: /Capture cuda graph end\..*?mem usage=(?<memory>[\d.]+) GB/,
      figures: { memory: { quantity: 'capturedGraphs', unit: 'GiB' } },
    },
    {
      pattern: /max_total_num_tokens=(?<tokens>\d+)/,
      figures: { tokens: { quantity: 'maxTotalNumTokens', unit: 'tokens' } },
    },
    {
      pattern: /(?<!_)chunked_prefill_size=(?<tokens>\d+), max_prefill_tokens/,
      figures: { tokens: { quantity: 'chunkedPrefillSize', unit: 'tokens' } },
    },
    {
      pattern: /max_running_requests=(?<requests>\d+), context_len=(?<context>\d+)/,
      figures: {
        requests: { quantity: 'maxRunningRequests', unit: 'count' },
        context: { quantity: 'contextLength', unit: 'tokens' },
      },
    },
    {
      pattern: /available_gpu_mem=(?<memory>[\d.]+) GB/,
      figures: { memory: { quantity: 'freeAtEnd', unit: 'GiB' } },
    },
  ],
  facts: [
    { pattern: /server_args=(?<arguments>ServerArgs\(.*\))/ },
    { pattern: /Load weight end\. type=(?<architecture>\w+)/ },
    { pattern: /sglang(?: version)?[ =:]+v?(?<release>0\.\d+\.\d+[\w.]*)/i },
  ],
  failures: [
    {
      pattern: /Not enough memory.*?mem-fraction-static/,
      meaning: 'weights leave no memory for the cache within --mem-fraction-static',
    },
    { pattern: /CUDA out of memory/, meaning: 'the device ran out of memory' },
  ],
};
