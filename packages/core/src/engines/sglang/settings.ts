import type { EngineSetting, SettingsOf } from '../settings.js';

const STATE_DTYPES = ['float32', 'float16', 'bfloat16'] as const;

/** Flags of `sglang serve`, with their defaults there on a Hopper GPU. */
export const SGLANG_SETTINGS = [
  {
    key: 'maxRunningRequests',
    flag: '--max-running-requests',
    type: 'integer',
    description: 'sequences that run at a time; 4096 on each replica by default',
  },
  {
    key: 'memFractionStatic',
    flag: '--mem-fraction-static',
    type: 'fraction',
    description:
      'the part of memory that weights and cache take together, nothing else; by default what the other flags leave, which is not known here',
  },
  {
    key: 'pageSize',
    flag: '--page-size',
    type: 'integer',
    description:
      'tokens in a page; 1 by default, 64 with a sparse-attention indexer (128 for MiniMax M3), 256 for DeepSeek-V4',
  },
  {
    key: 'swaFullTokensRatio',
    flag: '--swa-full-tokens-ratio',
    type: 'fraction',
    description:
      'tokens of a sliding layer for each token of a full one; 0.8 by default, 0.1 for DeepSeek-V4',
  },
  {
    key: 'disableHybridSwaMemory',
    flag: '--disable-hybrid-swa-memory',
    type: 'boolean',
    description: 'sliding and chunked layers keep every token; off by default',
  },
  {
    key: 'maxMambaCacheSize',
    flag: '--max-mamba-cache-size',
    type: 'integer',
    description:
      'states of recurrent layers; by default as many as the sequences need, in a capacity as many as --mamba-full-memory-ratio allows',
  },
  {
    key: 'mambaFullMemoryRatio',
    flag: '--mamba-full-memory-ratio',
    type: 'fraction',
    description: 'memory of states for each byte of keys and values, for a capacity; 0.9 by default',
  },
  {
    key: 'mambaSsmDtype',
    flag: '--mamba-ssm-dtype',
    type: STATE_DTYPES,
    description: 'dtype of recurrent states; what the config says by default, else float32',
  },
  {
    key: 'mambaRadixCacheStrategy',
    flag: '--mamba-radix-cache-strategy',
    type: ['auto', 'no_buffer', 'extra_buffer', 'extra_buffer_lazy'],
    description:
      'how states of shared prefixes are kept: 3, 5 or 4 for each running request; extra_buffer by default where the architecture supports it',
  },
  {
    key: 'disableRadixCache',
    flag: '--disable-radix-cache',
    type: 'boolean',
    description:
      'no prefixes are shared, so recurrent layers keep one state for each request; off by default',
  },
  {
    key: 'enableDpAttention',
    flag: '--enable-dp-attention',
    type: 'boolean',
    description:
      'data-parallel replicas share the tensor-parallel devices, each with its part of them; off by default',
  },
] as const satisfies readonly EngineSetting[];

/** Settings of SGLang, any of them absent. */
export type SglangSettings = SettingsOf<typeof SGLANG_SETTINGS>;
