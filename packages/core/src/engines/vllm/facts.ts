import type { Release } from '../releases.js';

/** What the rules of vLLM ask of a release. */
export interface VllmFacts {
  /** `GPU KV cache size` is the concurrency times the context; else `num_blocks // groups x block size`. */
  readonly logsTokensOfRequests: boolean;
  /** It and the concurrency are one line. */
  readonly logsCapacityInOneLine: boolean;
  /** GiB are rounded to two decimals and printed without zeros at the end; else always with two. */
  readonly logsGibWithoutZeros: boolean;
  /** What one request is said to need when vLLM starts: see `startUpNeeds`. */
  readonly requestNeeds: 'layers' | 'firstGroup' | 'groups';
  /** The layers of all pipeline stages must fit into the memory of one. */
  readonly checksWholeModel: boolean;
  /** `--num-gpu-blocks-override` stands for the memory where requests must fit. */
  readonly checksOverriddenBlocks: boolean;
  /** The null block is left out where requests must fit. */
  readonly nullBlockCounts: boolean;
  /** Kinds of layers are made groups of the most frequent one's size where it has less than this many times the rarest's. */
  readonly nearlyEqualCounts: 1 | 1.25 | 1.5;
  /** Full attention stores values with their own head size; else with that of keys. */
  readonly fullLayersStoreValueHeadDim: boolean;
  readonly slidingLayersStoreValueHeadDim: boolean;
  /** Pages of attention that do not divide the largest are padded to it. */
  readonly padsAttentionPages: boolean;
  /** Windows beside latents keep every token where pages cannot be made equal. */
  readonly keepsEveryTokenBesideLatents: boolean;
  /** Tokens in flight are those of all batches at a time, not of one. */
  readonly countsBatchesInFlight: boolean;
  /** Tokens in a block of latents by default: of FlashMLA, or of the kernels that came after it. */
  readonly latentBlockSize: 16 | 64;
  /** Blocks beside recurrent states are multiples of `--block-size`; else only at least as large. */
  readonly alignsToBlockSize: boolean;
  /** What blocks of latents beside recurrent states are a multiple of at least. */
  readonly hybridLatentAlignment: 16 | 64 | 128;
  /** Prefix caching is on by default beside recurrent layers. */
  readonly cachesHybridPrefixes: boolean;
  /** There is the mamba cache mode `align`. */
  readonly alignsStates: boolean;
  /** The mamba cache mode that Mamba layers take with prefix caching when told nothing. */
  readonly statesOfMamba: 'none' | 'align' | 'all';
  /** There is the mamba cache mode `all`. */
  readonly keepsAllStates: boolean;
  /** States of speculated tokens are reckoned with; those of the mode `all` too. */
  readonly countsSpeculatedStates: boolean;
  readonly countsSpeculatedStatesOfAll: boolean;
  /** Layers that export a state from within a prefill, for which prefix caching keeps one state more. */
  readonly mamba2Checkpoints: boolean;
  readonly gatedDeltaNetsCheckpoint: boolean;
  /** Kimi delta attention with a bounded gate runs on FlashKDA, which does so too. */
  readonly hasFlashKda: boolean;
  /** Contexts are split over ranks where recurrent layers lie beside attention. */
  readonly splitsContextsOfHybrids: boolean;
  /** Recurrent layers that keep states and inputs of a convolution for speculated tokens. */
  readonly speculatesBeside:
    | 'Qwen3-Next'
    | 'gated delta nets and Nemotron-H'
    | 'gated delta nets and Mamba 2';
  /** Speculation runs in the mamba cache mode `align`; it is then the default of Mamba layers too. */
  readonly speculatesAligned: boolean;
  readonly alignsSpeculatedMamba: boolean;
  /** Sparse latents have a format of four bits. */
  readonly hasNvfp4Latents: boolean;
  /** Packed formats run beside recurrent layers. */
  readonly packsHybrids: boolean;
  /** Blocks are large enough for the layers that packed formats leave in the model's dtype. */
  readonly coversBoundaryLayers: boolean;
  /** How pages of DeepSeek-V4 lie in a block: see `packedGroupsOf` and `blockBytes`. */
  readonly deepseekV4Blocks: 'none' | 'tuples' | 'buckets' | 'slabs' | 'patterns';
  /** The concurrency counts groups by their share of the first one's bytes; else each for a block. */
  readonly weighsGroupsByBytes: boolean;
  /** The default of `--gpu-memory-utilization`. */
  readonly gpuMemoryUtilization: number;
  /** GPUs of 160 GiB and more compute 16384 tokens in a step. */
  readonly hasHugeGpus: boolean;
  /** How sampling by top-k and top-p, which the start-up run tries, cuts the logits. */
  readonly sampler: 'flashinfer or sort' | 'sort' | 'triton' | 'flashinfer';
  /** Models that the second model runner (V2) runs by default; `dense` are those without experts and recurrent layers. */
  readonly secondRunner: 'none' | 'listed, dense and not quantized' | 'listed' | 'listed and dense' | 'all';
  readonly secondRunnerArchitectures: readonly string[];
  /** What its start-up run samples with: the logits as they are, a copy in fp32, or every option as the first one's does. */
  readonly secondRunnerSamples: 'in place' | 'with a copy' | 'with every option';
  readonly secondRunnerEstimatesGraphs: boolean;
  /** What CUDA graphs will take: not asked, printed, or also taken off the memory for the cache. */
  readonly graphEstimate: 'none' | 'printed' | 'subtracted';
  readonly estimatesGraphsOnRocm: boolean;
  /** What the start-up run left allocated counts as it is; else weights and what is outside torch are added up. */
  readonly countsConsumedMemory: boolean;
  /** Compute capabilities of devices of which start-up logs of the release are in the golden file `vllm-startup.json`. */
  readonly loggedOn: readonly string[];
  /** The workspace of experts stays allocated after a step. */
  readonly keepsExpertWorkspace: boolean;
  /** Latents of so many tokens at most are expanded at a time in a prefill. */
  readonly latentPrefillTokens: number;
  /** The start-up run allocates the logits of sparse-attention indexers. */
  readonly triesIndexerLogits: boolean;
  /** Tensor-parallel ranks on NVLink reduce through symmetric memory and workspaces outside torch. */
  readonly ranksShareMemory: 'no' | 'some' | 'yes';
}

/** A release of vLLM, the cache dtypes that it brought, and the architectures that it had no class for any more. */
export interface VllmRelease extends Release<VllmFacts> {
  readonly cacheDtypes?: readonly string[];
  readonly removedArchitectures?: readonly string[];
}
