import { placeOfRelease } from '../release-place.js';
import type { EngineSetting, SettingsOf } from '../settings.js';
import { SGLANG_RELEASE_NAMES } from './release-names.js';

const STATE_DTYPES = ['float32', 'float16', 'bfloat16'] as const;

/** Flags of `sglang serve`, with their defaults there on a Hopper GPU. `--context-length` is the workload's. */
export const SGLANG_SETTINGS = [
  {
    key: 'version',
    flag: '--engine-version',
    type: SGLANG_RELEASE_NAMES.names,
    check: (version: string) => void placeOfRelease(SGLANG_RELEASE_NAMES, version),
    description: `the release of SGLang whose rules apply, such as 0.4.9.post2 too; ${SGLANG_RELEASE_NAMES.names[0]} by default`,
  },
  {
    key: 'maxRunningRequests',
    flag: '--max-running-requests',
    type: 'integer',
    description: 'sequences that run at a time; 4096 on each replica by default, 48 with speculation',
  },
  {
    key: 'memFractionStatic',
    flag: '--mem-fraction-static',
    type: 'fraction',
    description:
      'the part of memory that weights and cache take together, nothing else; by default what is not reserved for chunks of prefills, graphs and ranks',
  },
  {
    key: 'chunkedPrefillSize',
    flag: '--chunked-prefill-size',
    type: 'integer',
    description: 'tokens of a chunk of a prefill; 2048 to 16384 by default, by the memory of the device',
  },
  {
    key: 'cudaGraphMaxBs',
    flag: '--cuda-graph-max-bs',
    type: 'integer',
    description:
      'the most sequences of a step that decode graphs are captured for; 8 to 512 by default, by the memory of the device',
  },
  {
    key: 'disableCudaGraph',
    flag: '--disable-cuda-graph',
    type: 'boolean',
    description: 'no graphs are captured, neither for decoding nor for prefills; off by default',
  },
  {
    key: 'maxTotalTokens',
    flag: '--max-total-tokens',
    type: 'integer',
    description: 'the most tokens of the pools; what the memory holds by default',
  },
  {
    key: 'enableMultimodal',
    flag: '--enable-multimodal',
    type: 'boolean',
    description: 'the image encoder of Gemma 3, Llama 4, Step3 and Inkling is used too; off by default',
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
    key: 'speculativeAlgorithm',
    flag: '--speculative-algorithm',
    type: ['EAGLE', 'EAGLE3', 'NEXTN', 'STANDALONE', 'NGRAM'],
    description: 'how tokens are drafted; none are by default',
  },
  {
    key: 'speculativeNumSteps',
    flag: '--speculative-num-steps',
    type: 'integer',
    description: 'passes of the draft for each of the model; 3 or 5 by default, by the architecture',
  },
  {
    key: 'speculativeEagleTopk',
    flag: '--speculative-eagle-topk',
    type: 'integer',
    description: 'tokens that each pass of the draft goes on with; 1 or 4 by default, by the architecture',
  },
  {
    key: 'speculativeNumDraftTokens',
    flag: '--speculative-num-draft-tokens',
    type: 'integer',
    description:
      'tokens that the model checks in one pass; 4 or 8 by default, by the architecture, one more than the steps where those draft one token each',
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
