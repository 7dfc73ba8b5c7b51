import { releasesOf } from '../releases.js';
import type { VllmFacts, VllmRelease } from './facts.js';
import { VLLM_RELEASE_NAMES } from './release-names.js';

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
    cacheDtypes: ['octave_k3v4', 'octave_k3v3', 'octave_k3v3_compact'],
    facts: {
      loggedOn: [],
      secondRunnerSamples: 'with every option',
      gatedDeltaNetsCheckpoint: true,
    },
  },
  {
    release: '0.32',
    known: 'read',
    cacheDtypes: ['ultraquant_4bit'],
    facts: {
      loggedOn: ['8.0'],
      mamba2Checkpoints: true,
      keepsAllStates: false,
      speculatesBeside: 'gated delta nets and Mamba 2',
    },
  },
  { release: '0.31', known: 'read', facts: {} },
  {
    release: '0.30',
    known: 'read',
    cacheDtypes: ['nvfp4_ds_mla'],
    facts: { loggedOn: [], hasNvfp4Latents: true },
  },
  {
    release: '0.29',
    known: 'read',
    facts: {
      loggedOn: ['12.0'],
      secondRunner: 'all',
      secondRunnerEstimatesGraphs: true,
      nullBlockCounts: true,
      deepseekV4Blocks: 'patterns',
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
      deepseekV4Blocks: 'slabs',
      weighsGroupsByBytes: false,
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
    cacheDtypes: ['int4_per_token_head'],
    facts: {
      coversBoundaryLayers: true,
      loggedOn: [],
      secondRunner: 'listed and dense',
      secondRunnerArchitectures: LISTED_EXPERTS,
    },
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
    facts: { deepseekV4Blocks: 'buckets', secondRunnerArchitectures: FIRST_LISTED },
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
    facts: { packsHybrids: true, loggedOn: [], graphEstimate: 'subtracted', sampler: 'flashinfer' },
  },
  { release: '0.20.1', known: 'read', facts: { logsTokensOfRequests: true, checksOverriddenBlocks: true } },
  {
    release: '0.20',
    known: 'read',
    cacheDtypes: [
      'turboquant_k8v4',
      'turboquant_4bit_nc',
      'turboquant_k3v4_nc',
      'turboquant_3bit_nc',
      'int8_per_token_head',
      'fp8_per_token_head',
      'nvfp4',
    ],
    facts: {
      deepseekV4Blocks: 'tuples',
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
    cacheDtypes: ['fp8_e4m3', 'fp8_e5m2'],
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
      hasNvfp4Latents: false,
      packsHybrids: false,
      coversBoundaryLayers: false,
      mamba2Checkpoints: false,
      gatedDeltaNetsCheckpoint: false,
      hasFlashKda: false,
      splitsContextsOfHybrids: false,
      speculatesBeside: 'Qwen3-Next',
      speculatesAligned: false,
      alignsSpeculatedMamba: false,
      deepseekV4Blocks: 'none',
      weighsGroupsByBytes: true,
      gpuMemoryUtilization: 0.9,
      hasHugeGpus: false,
    },
  },
]);

/** What holds in the release that the settings name; in the newest where they name none. */
export function factsOf({ version }: { readonly version?: string }): VllmFacts {
  return VLLM_RELEASES.factsOf(version);
}
