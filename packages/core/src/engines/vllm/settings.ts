import { placeOfRelease } from '../release-place.js';
import type { EngineSetting, SettingsOf } from '../settings.js';
import { VLLM_RELEASE_NAMES } from './release-names.js';

/** Flags of `vllm serve`, with their defaults there. `--max-model-len` is the workload's `contextLength`. */
export const VLLM_SETTINGS = [
  {
    key: 'version',
    flag: '--engine-version',
    type: VLLM_RELEASE_NAMES.names,
    check: (version: string) => void placeOfRelease(VLLM_RELEASE_NAMES, version),
    description: `the release of vLLM whose rules apply, patches such as 0.20.2 too; ${VLLM_RELEASE_NAMES.names[0]} by default`,
  },
  {
    key: 'gpuMemoryUtilization',
    flag: '--gpu-memory-utilization',
    type: 'fraction',
    description: "the part of a GPU's memory that it takes; 0.92 by default, and 0.9 before 0.20",
  },
  {
    key: 'blockSize',
    flag: '--block-size',
    type: 'integer',
    description:
      'tokens in a block; 16 by default, or what the attention kernels of a Hopper GPU ask for; models with recurrent layers enlarge it',
  },
  {
    key: 'maxNumBatchedTokens',
    flag: '--max-num-batched-tokens',
    type: 'integer',
    description:
      'tokens that one step computes at most, for which a window has room; 8192 by default, as on a GPU of 70 GiB or more other than an A100 (2048 on smaller ones, 16384 from 160 GiB)',
  },
  {
    key: 'maxNumSeqs',
    flag: '--max-num-seqs',
    type: 'integer',
    description:
      'sequences that run at a time on each replica; on a known GPU 1024 from 70 GiB on other than an A100, else 256',
  },
  {
    key: 'asyncScheduling',
    flag: '--async-scheduling',
    type: 'boolean',
    description:
      'schedule a step while the one before it runs, so that windows have room for both; on by default, but off with ngram, suffix and medusa',
  },
  {
    key: 'enablePrefixCaching',
    flag: '--enable-prefix-caching',
    type: 'boolean',
    description:
      'requests share the cache of equal prefixes; recurrent layers then keep more states; on by default, beside recurrent layers since 0.26 only',
  },
  {
    key: 'mambaCacheMode',
    flag: '--mamba-cache-mode',
    type: ['none', 'align', 'all'],
    description:
      'which states prefix caching keeps: align, those where a prefix may end; all, one for each block, up to 0.31 and for Mamba only, whose default it is up to 0.27',
  },
  {
    key: 'mambaBlockSize',
    flag: '--mamba-block-size',
    type: 'integer',
    description:
      "tokens between the states of --mamba-cache-mode all, rounded up to blocks that hold one; the chunk of Mamba 2's kernels by default",
  },
  {
    key: 'ppLayerPartition',
    flag: '--pp-layer-partition',
    type: 'text',
    description:
      'VLLM_PP_LAYER_PARTITION of the environment: the layers of each pipeline stage, as in 16,32; as many for each by default',
  },
  {
    key: 'numGpuBlocksOverride',
    flag: '--num-gpu-blocks-override',
    type: 'integer',
    description: 'blocks of the pool, whatever memory there is; as many as fit by default',
  },
  {
    key: 'disableHybridKvCacheManager',
    flag: '--disable-hybrid-kv-cache-manager',
    type: 'boolean',
    description: 'sliding and chunked layers keep every token; on by default only for chunked attention',
  },
  {
    key: 'mambaCacheDtype',
    flag: '--mamba-cache-dtype',
    type: ['auto', 'float32', 'float16', 'bfloat16'],
    description:
      "dtype of convolution states, and of recurrent ones where they have no own; the model's by default",
  },
  {
    key: 'mambaSsmCacheDtype',
    flag: '--mamba-ssm-cache-dtype',
    type: ['auto', 'float32', 'float16', 'bfloat16'],
    description:
      'dtype of recurrent states; that of --mamba-cache-dtype by default, what the config says for Qwen3.5 and Nemotron-H, float32 for Kimi delta attention',
  },
  {
    key: 'gdnPrefillBackend',
    flag: '--gdn-prefill-backend',
    type: ['flashinfer', 'triton', 'cutedsl', 'aiter_flydsl'],
    description:
      'kernels of gated delta nets; with flashinfer, the default on Hopper and Blackwell GPUs, prefix caching keeps one more state since 0.33',
  },
  {
    key: 'numSpeculativeTokens',
    flag: '--num-speculative-tokens',
    type: 'integer',
    description:
      'num_speculative_tokens of --speculative-config, for which recurrent layers keep a state each; none by default',
  },
  {
    key: 'specMethod',
    flag: '--spec-method',
    type: [
      ...['mtp', 'eagle', 'eagle3', 'draft_model', 'dflash', 'ngram', 'ngram_gpu'],
      ...['suffix', 'medusa', 'mlp_speculator'],
    ],
    description:
      "method of --speculative-config: how tokens are proposed; by default mtp, the checkpoint's own layers for multi-token prediction, whose cache counts",
  },
  {
    key: 'kvCacheMemoryBytes',
    flag: '--kv-cache-memory-bytes',
    type: 'integer',
    description:
      'memory for the cache of each GPU, in bytes, whatever else is there; what is left by default',
  },
  {
    key: 'enforceEager',
    flag: '--enforce-eager',
    type: 'boolean',
    description: 'neither compiled nor captured, so no memory for CUDA graphs; off by default',
  },
  {
    key: 'languageModelOnly',
    flag: '--language-model-only',
    type: 'boolean',
    description: 'no encoder of images or sound is loaded or run; off by default',
  },
  {
    key: 'cpuOffloadGb',
    flag: '--cpu-offload-gb',
    type: 'number',
    description: 'GiB of the weights of each GPU that stay on the host; none by default',
  },
  {
    key: 'enableExpertParallel',
    flag: '--enable-expert-parallel',
    type: 'boolean',
    description: 'GPUs hold whole experts, fewer of them, instead of a slice of each; off by default',
  },
  {
    key: 'enableLora',
    flag: '--enable-lora',
    type: 'boolean',
    description: 'room for LoRA adapters beside the weights; off by default',
  },
  {
    key: 'maxLoras',
    flag: '--max-loras',
    type: 'integer',
    description: 'adapters that are loaded at a time; 1 by default',
  },
  {
    key: 'maxLoraRank',
    flag: '--max-lora-rank',
    type: 'integer',
    description: 'the largest rank of an adapter; 16 by default',
  },
] as const satisfies readonly EngineSetting[];

/** Settings of vLLM, any of them absent. */
export type VllmSettings = SettingsOf<typeof VLLM_SETTINGS>;
