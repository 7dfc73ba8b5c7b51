import { type Release, releasesOf } from '../releases.js';
import { VLLM_RELEASE_NAMES } from './release-names.js';

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
  /** DeepSeek-V4 is packed by patterns of pages that repeat. */
  readonly packsPatterns: boolean;
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

/** A release of vLLM, and the architectures that it had no class for any more. */
export interface VllmRelease extends Release<VllmFacts> {
  readonly removedArchitectures?: readonly string[];
}

/** `DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES` of `vllm/config/vllm.py`. */
const FIRST_LISTED = ['LlamaForCausalLM', 'MistralForCausalLM', 'Qwen3ForCausalLM'];
const LISTED_EXPERTS = ['DeepseekV2ForCausalLM', 'Qwen2MoeForCausalLM', 'GraniteMoeForCausalLM'];
const LATER_LISTED = [
  ...LISTED_EXPERTS,
  ...['InklingForCausalLM', 'InklingForConditionalGeneration', 'LongcatFlashNgramForCausalLM'],
];

/**
 * vLLM's releases, newest first, each with what changed in it.
 *
 * Source: the source distributions of vllm 0.10.0 to 0.33.0 on PyPI, and the wheels of 0.15; which file a fact stands in is
 * said at the rule that asks for it. Removed architectures: v0.33.0, `vllm/model_executor/models/registry.py`
 * (`_PREVIOUSLY_SUPPORTED_MODELS`).
 */
export const VLLM_RELEASES = releasesOf<VllmFacts, VllmRelease>(VLLM_RELEASE_NAMES, [
  {
    release: '0.33',
    known: 'run',
    facts: {
      loggedOn: [],
      secondRunnerSamples: 'with every option',
      gatedDeltaNetsCheckpoint: true,
    },
  },
  {
    release: '0.32',
    known: 'read',
    facts: {
      loggedOn: ['8.0'],
      mamba2Checkpoints: true,
      keepsAllStates: false,
      speculatesBeside: 'gated delta nets and Mamba 2',
    },
  },
  { release: '0.31', known: 'read', facts: {} },
  { release: '0.30', known: 'read', facts: { loggedOn: [] } },
  {
    release: '0.29',
    known: 'read',
    facts: {
      loggedOn: ['12.0'],
      secondRunner: 'all',
      secondRunnerEstimatesGraphs: true,
      nullBlockCounts: true,
      packsPatterns: true,
      hasFlashKda: true,
    },
    removedArchitectures: [
      'ArcticForCausalLM',
      'ChameleonForConditionalGeneration',
      'MPTForCausalLM',
      'MptForCausalLM',
      'RWForCausalLM',
      'StableLMEpochForCausalLM',
    ],
  },
  {
    release: '0.28',
    known: 'read',
    facts: {
      loggedOn: ['8.6'],
      logsCapacityInOneLine: true,
      secondRunnerArchitectures: [...LATER_LISTED, 'KimiK3ForConditionalGeneration', 'DeepseekV4ForCausalLM'],
      statesOfMamba: 'align',
      hasHugeGpus: true,
    },
  },
  {
    release: '0.27',
    known: 'read',
    facts: {
      secondRunnerSamples: 'with a copy',
      loggedOn: ['8.9', '12.0', '12.1'],
      secondRunnerArchitectures: [...LATER_LISTED, 'KimiK3ForConditionalGeneration'],
      countsConsumedMemory: true,
      keepsEveryTokenBesideLatents: true,
      hybridLatentAlignment: 128,
    },
    removedArchitectures: ['Plamo2ForCausalLM'],
  },
  {
    release: '0.26',
    known: 'read',
    facts: {
      estimatesGraphsOnRocm: true,
      secondRunnerSamples: 'in place',
      secondRunnerArchitectures: LATER_LISTED,
      padsAttentionPages: true,
      countsBatchesInFlight: true,
      cachesHybridPrefixes: true,
      splitsContextsOfHybrids: true,
    },
    removedArchitectures: ['PersimmonForCausalLM', 'TeleChatForCausalLM'],
  },
  {
    release: '0.25',
    known: 'read',
    facts: { loggedOn: [], secondRunner: 'listed and dense', secondRunnerArchitectures: LISTED_EXPERTS },
    removedArchitectures: ['AquilaForCausalLM', 'Grok1ForCausalLM', 'Grok1ModelForCausalLM'],
  },
  {
    release: '0.24',
    known: 'read',
    facts: {
      loggedOn: ['12.0'],
      secondRunner: 'listed',
      secondRunnerArchitectures: [...FIRST_LISTED, ...LISTED_EXPERTS],
    },
    removedArchitectures: [
      'BaiChuanForCausalLM',
      'BaichuanForCausalLM',
      'BambaForCausalLM',
      'Dots1ForCausalLM',
      'InternLMForCausalLM',
      'MiniMaxForCausalLM',
      'MiniMaxM1ForCausalLM',
      'MiniMaxText01ForCausalLM',
      'QWenLMHeadModel',
      'XverseForCausalLM',
    ],
  },
  {
    release: '0.23',
    known: 'read',
    facts: { secondRunnerArchitectures: FIRST_LISTED },
    removedArchitectures: ['JAISLMHeadModel'],
  },
  {
    release: '0.22',
    known: 'read',
    facts: {
      secondRunner: 'listed, dense and not quantized',
      secondRunnerArchitectures: ['Qwen3ForCausalLM'],
      countsSpeculatedStatesOfAll: true,
      alignsSpeculatedMamba: false,
    },
  },
  {
    release: '0.21',
    known: 'read',
    facts: { loggedOn: [], graphEstimate: 'subtracted', sampler: 'flashinfer' },
  },
  { release: '0.20.1', known: 'read', facts: { logsTokensOfRequests: true, checksOverriddenBlocks: true } },
  {
    release: '0.20',
    known: 'read',
    facts: {
      loggedOn: ['12.0', '12.1'],
      slidingLayersStoreValueHeadDim: true,
      gpuMemoryUtilization: 0.92,
      alignsToBlockSize: true,
      hybridLatentAlignment: 16,
      alignsSpeculatedMamba: true,
    },
  },
  {
    release: '0.19',
    known: 'read',
    facts: { triesIndexerLogits: true, loggedOn: ['9.0', '12.1'], requestNeeds: 'groups' },
  },
  {
    release: '0.18',
    known: 'read',
    facts: { graphEstimate: 'printed', nearlyEqualCounts: 1.5, latentBlockSize: 16 },
  },
  {
    release: '0.17',
    known: 'read',
    facts: {
      sampler: 'triton',
      checksWholeModel: false,
      speculatesBeside: 'gated delta nets and Nemotron-H',
      speculatesAligned: true,
    },
  },
  { release: '0.16', known: 'read', facts: {} },
  {
    release: '0.15',
    known: 'read',
    facts: { loggedOn: ['9.0'], alignsStates: true, countsSpeculatedStates: true },
  },
  {
    release: '0.14',
    known: 'read',
    facts: {
      logsGibWithoutZeros: true,
      fullLayersStoreValueHeadDim: true,
      requestNeeds: 'firstGroup',
      checksWholeModel: true,
    },
  },
  {
    release: '0.13',
    known: 'read',
    facts: { keepsExpertWorkspace: true },
    removedArchitectures: ['Phi4MultimodalForCausalLM'],
  },
  {
    release: '0.12',
    known: 'read',
    facts: { loggedOn: [], ranksShareMemory: 'yes', nearlyEqualCounts: 1.25 },
  },
  { release: '0.11.1', known: 'read', facts: { statesOfMamba: 'all', keepsAllStates: true } },
  {
    release: '0.11',
    known: 'read',
    facts: { latentPrefillTokens: 65_536, loggedOn: ['9.0'], sampler: 'sort', ranksShareMemory: 'some' },
    removedArchitectures: ['MllamaForConditionalGeneration', 'Phi4FlashForCausalLM'],
  },
  {
    release: '0.10',
    known: 'read',
    facts: {
      latentPrefillTokens: 131_072,
      triesIndexerLogits: false,
      estimatesGraphsOnRocm: false,
      loggedOn: ['8.9'],
      logsCapacityInOneLine: false,
      logsGibWithoutZeros: false,
      sampler: 'flashinfer or sort',
      secondRunner: 'none',
      secondRunnerArchitectures: [],
      secondRunnerSamples: 'with a copy',
      secondRunnerEstimatesGraphs: false,
      graphEstimate: 'none',
      countsConsumedMemory: false,
      keepsExpertWorkspace: false,
      ranksShareMemory: 'no',
      logsTokensOfRequests: false,
      requestNeeds: 'layers',
      checksWholeModel: false,
      checksOverriddenBlocks: false,
      nullBlockCounts: false,
      nearlyEqualCounts: 1,
      fullLayersStoreValueHeadDim: false,
      slidingLayersStoreValueHeadDim: false,
      padsAttentionPages: false,
      keepsEveryTokenBesideLatents: false,
      countsBatchesInFlight: false,
      latentBlockSize: 64,
      alignsToBlockSize: false,
      hybridLatentAlignment: 64,
      cachesHybridPrefixes: false,
      alignsStates: false,
      statesOfMamba: 'none',
      keepsAllStates: false,
      countsSpeculatedStates: false,
      countsSpeculatedStatesOfAll: false,
      mamba2Checkpoints: false,
      gatedDeltaNetsCheckpoint: false,
      hasFlashKda: false,
      splitsContextsOfHybrids: false,
      speculatesBeside: 'Qwen3-Next',
      speculatesAligned: false,
      alignsSpeculatedMamba: false,
      packsPatterns: false,
      gpuMemoryUtilization: 0.9,
      hasHugeGpus: false,
    },
  },
]);

/** What holds in the release that the settings name; in the newest where they name none. */
export function factsOf({ version }: { readonly version?: string }): VllmFacts {
  return VLLM_RELEASES.factsOf(version);
}
