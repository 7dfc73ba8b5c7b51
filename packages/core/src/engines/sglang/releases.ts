import { type Release, releasesOf } from '../releases.js';
import { SGLANG_RELEASE_NAMES } from './release-names.js';

/** What the rules of SGLang ask of a release. Sizes are in MiB where nothing else is said, as SGLang reckons. */
export interface SglangFacts {
  /**
   * How the default of `--mem-fraction-static` comes about: from a table by ranks, from a reserve for each class of
   * device, or from one for the tokens, graphs and ranks of the run.
   */
  readonly memFraction: 'table' | 'classes' | 'work';
  /** Ranks of the table are those of all pipeline stages. */
  readonly tableCountsStages: boolean;
  /** Above the table's largest device: all but 13 GiB, or a share that grows. */
  readonly tableGrows: boolean;
  /** The table has less for speculation, and 0.79 for CUDA devices above 180,000 MiB. */
  readonly tableKnowsSpeculation: boolean;
  /** What a multimodal model takes off: nothing, a tenth, or by the layers and the width of its encoder. */
  readonly encoderShare: 'none' | 'tenth' | 'bySize';
  /** Reserved for a draft, and for the whole model that STANDALONE has as one; NGRAM has none of either since it exists. */
  readonly draftReserve: number;
  readonly standaloneReserve: number;
  /** DeepSeek-V3.2's attention sets the fraction to 0.8. */
  readonly sparseAttentionSetsFraction: boolean;
  /** Of devices from 20 to 35 GiB: tokens of a prefill chunk; sequences of decode graphs below 4 ranks, and from 4 on. */
  readonly smallDevice: { readonly chunk: number; readonly few: number; readonly many: number };
  /** Graphs of prefills that are captured by default: none, compiled pieces, or pieces that break. */
  readonly prefillGraphs: 'none' | 'compiled' | 'breakable';
  /** Compiled ones with a draft too. */
  readonly compilesWithDrafts: boolean;
  /** Architectures without compiled ones. */
  readonly notCompiled: readonly string[];
  /** Multimodal architectures that have compiled ones, and those that have breakable ones; all others have neither. */
  readonly multimodalCompiled: readonly string[];
  readonly multimodalBreakable: readonly string[];
  /** `--context-length` limits their sizes. */
  readonly contextLimitsPrefillGraphs: boolean;
  /** Latent attention (MLA) has breakable ones: not at all, with an indexer, always. */
  readonly latentBreakable: 'none' | 'sparse' | 'all';
  readonly dpAttentionBreakable: boolean;
  readonly nemotronBreakable: boolean;
  readonly deltaAttentionBreakable: boolean;
  readonly stagesBreakable: boolean;
  /** Any config with a text model in it is multimodal, not only those of known names. */
  readonly wrappersAreMultimodal: boolean;
  /** `--disable-cuda-graph` turns prefill graphs off too; and leaves no reserve for decode graphs. */
  readonly disablesPrefillGraphs: boolean;
  readonly reservesGraphsInUse: boolean;
  /** `--max-running-requests` limits the decode graphs that are captured by default. */
  readonly requestsLimitGraphs: boolean;
  /** How many requests run at a time: the pool's rows and half the tokens; no more than estimated; half the tokens. */
  readonly runningRequests: 'rows' | 'estimated' | 'halfOfTokens';
  /** The pool of requests has a row more than asked for. */
  readonly hasRowMore: boolean;
  /** A replica that shares `--max-running-requests` has one at least. */
  readonly runsOneAtLeast: boolean;
  /** What `--speculative-algorithm` may be. */
  readonly speculativeAlgorithms: readonly string[];
  /** Architectures that draft a chain of 4 tokens; and whether those that are not listed do so, or a tree of 8. */
  readonly draftsChains: readonly string[];
  readonly draftsChainsElsewhere: boolean;
  /** A draft's rows in flight are added to the tokens that fit. */
  readonly addsDraftRows: boolean;
  /** A draft's rows are part of what a token takes. */
  readonly countsDraftRows: boolean;
  /** The same beside a pool for windows. */
  readonly countsDraftRowsBesideWindows: boolean;
  /** States of recurrent layers are sized by a memory budget. */
  readonly sizesStates: boolean;
  /**
   * What speculation keeps of states: as much for each slot; for all running requests, before a budget or before all
   * else; for those that the budget allows.
   */
  readonly speculativeStates: 'everySlot' | 'beforeBudget' | 'first' | 'jointly';
  /** `--max-mamba-cache-size` counts with a prefix cache too. */
  readonly takesMaxMambaCacheSize: boolean;
  /** Without a prefix cache, and with no running requests given, there are 512 states; else as many as the budget holds. */
  readonly statesWithoutPrefixes: 512 | 'budget';
  /** The state that takes the writes of padding is part of their budget; and stages pay for their own layers only. */
  readonly countsPaddingState: boolean;
  /** Prefixes of running requests may be tracked in a buffer beside their states: if asked to, or by default too. */
  readonly extraBuffers: 'none' | 'asked' | 'default';
  /** DeepSeek-V4's layer for multi-token prediction is reckoned with, drafting or not. */
  readonly reckonsNextLayer: boolean;
  /** Its states of ratio 128 are kept for each request, not for each page of the window. */
  readonly fixesRingsOfRequests: boolean;
  /** Without a prefix cache and with running requests given, windows of other models have as many tokens as those need. */
  readonly capsWindowsWithoutPrefixes: boolean;
  /** Its window has as many tokens as its requests may need, and pages are reckoned with their padding. */
  readonly capsWindowsByRequests: boolean;
  /** Windows of a convolution that overlap are kept once: of no layer, of all, of all but delta attention (KDA). */
  readonly sharesWindows: 'none' | 'all' | 'notDeltaAttention';
  /** 100 MiB less for the cache of a multimodal model, whose images come after it. */
  readonly leavesRoomForImages: boolean;
  /** fp4 caches: of no model, of latents only, of all; and mxfp8 caches. */
  readonly fp4Caches: 'none' | 'latents' | 'all';
  readonly mxfp8Caches: boolean;
  /** "KV Cache is allocated" counts the scales of a quantized cache. */
  readonly logsScales: boolean;
  /** "KV Cache is allocated" names the dtype; "max_total_num_tokens=" ends with the memory that is left. */
  readonly logsDtype: boolean;
  readonly logsMemoryLeft: boolean;
}

/** A release of SGLang, and architectures whose sliding or chunked layers have a pool of their own since. */
export interface SglangRelease extends Release<SglangFacts> {
  readonly slidingPools?: readonly string[];
}

const COMPILED_MULTIMODAL = [
  'KimiK25ForConditionalGeneration',
  'MiniMaxM3SparseForCausalLM',
  'MiniMaxM3SparseForConditionalGeneration',
];
const COHERE = 'Cohere2VisionForConditionalGeneration';
const BREAKABLE_16 = ['Qwen3_5ForConditionalGeneration', 'Qwen3_5MoeForConditionalGeneration'];
const BREAKABLE_18 = [
  ...BREAKABLE_16,
  'InternS2MobiusForConditionalGeneration',
  'KimiK25ForConditionalGeneration',
  'KimiK3ForConditionalGeneration',
  'MuseGlimmerForConditionalGeneration',
];
const BREAKABLE_19 = [...BREAKABLE_18, COHERE, 'PaddleOCRVLForConditionalGeneration'];
const BREAKABLE_20 = [...BREAKABLE_19, 'Glm5NextForConditionalGeneration'];
const BREAKABLE_22 = [
  ...BREAKABLE_20,
  'MiniMaxM3SparseForCausalLM',
  'MiniMaxM3SparseForConditionalGeneration',
  'Qwen4ExpForConditionalGeneration',
];
const CHAINS_07 = ['DeepseekV3ForCausalLM', 'DeepseekV2ForCausalLM'];
const CHAINS_1 = [...CHAINS_07, 'GptOssForCausalLM'];
const CHAINS_3 = [...CHAINS_1, 'DeepseekV32ForCausalLM', 'BailingMoeForCausalLM', 'BailingMoeV2ForCausalLM'];
const CHAINS_6 = [
  ...CHAINS_3,
  'Glm4MoeForCausalLM',
  'MistralLarge3ForCausalLM',
  'PixtralForConditionalGeneration',
];
const NOT_COMPILED_10 = ['Qwen3NextForCausalLM', 'BailingMoeV2_5ForCausalLM', 'LLaDAModelLM'];
const NOT_COMPILED_SPARSE = ['DeepseekV32ForCausalLM', 'GlmMoeDsaForCausalLM'];

/**
 * SGLang's releases, newest first, each with what changed in it.
 *
 * Source: all distributions of sglang 0.4.6 to 0.5.23 on PyPI; which file a fact stands in is said at the rule that asks
 * for it. Sliding pools: `python/sglang/srt/configs/model_config.py` (`is_hybrid_swa_model`).
 */
export const SGLANG_RELEASES = releasesOf<SglangFacts, SglangRelease>(SGLANG_RELEASE_NAMES, [
  {
    release: '0.5.23',
    known: 'run',
    facts: {
      runsOneAtLeast: true,
      multimodalBreakable: [...BREAKABLE_22, 'MuseSparkForConditionalGeneration'],
    },
    slidingPools: ['iquestq1'],
  },
  {
    release: '0.5.22',
    known: 'read',
    facts: { requestsLimitGraphs: true, multimodalCompiled: [], multimodalBreakable: BREAKABLE_22 },
  },
  {
    release: '0.5.21',
    known: 'read',
    facts: { capsWindowsByRequests: true },
    slidingPools: ['diffusiongemma'],
  },
  {
    release: '0.5.20',
    known: 'read',
    facts: {
      smallDevice: { chunk: 4096, few: 48, many: 160 },
      deltaAttentionBreakable: false,
      notCompiled: [...NOT_COMPILED_10, 'Glm5NextForConditionalGeneration'],
      multimodalBreakable: BREAKABLE_20,
    },
  },
  {
    release: '0.5.19',
    known: 'read',
    facts: {
      stagesBreakable: false,
      multimodalCompiled: COMPILED_MULTIMODAL,
      multimodalBreakable: BREAKABLE_19,
    },
    slidingPools: ['graniteswa', 'granitemoeswa'],
  },
  {
    release: '0.5.18',
    known: 'read',
    facts: {
      latentBreakable: 'all',
      nemotronBreakable: true,
      multimodalBreakable: BREAKABLE_18,
      leavesRoomForImages: true,
    },
    slidingPools: ['museglimmer'],
  },
  {
    release: '0.5.17',
    known: 'read',
    facts: {
      contextLimitsPrefillGraphs: false,
      latentBreakable: 'sparse',
      dpAttentionBreakable: true,
      nemotronBreakable: false,
      countsPaddingState: true,
    },
  },
  {
    release: '0.5.16',
    known: 'read',
    facts: {
      multimodalCompiled: [COHERE, ...COMPILED_MULTIMODAL],
      multimodalBreakable: BREAKABLE_16,
      sharesWindows: 'notDeltaAttention',
      mxfp8Caches: true,
      logsScales: true,
    },
    slidingPools: ['mellum', 'inkling'],
  },
  {
    release: '0.5.15',
    known: 'read',
    facts: {
      prefillGraphs: 'breakable',
      multimodalCompiled: [],
      reservesGraphsInUse: true,
      countsDraftRowsBesideWindows: true,
      fixesRingsOfRequests: true,
    },
    slidingPools: ['unlimitedocr'],
  },
  {
    release: '0.5.14',
    known: 'read',
    facts: {
      draftReserve: 0,
      standaloneReserve: 0,
      disablesPrefillGraphs: true,
      multimodalCompiled: [COHERE],
      runningRequests: 'halfOfTokens',
      capsWindowsWithoutPrefixes: true,
      countsDraftRows: true,
      extraBuffers: 'default',
      sharesWindows: 'all',
    },
  },
  {
    release: '0.5.13',
    known: 'read',
    facts: {
      notCompiled: NOT_COMPILED_10,
      contextLimitsPrefillGraphs: true,
      reckonsNextLayer: false,
      speculativeStates: 'jointly',
      logsDtype: true,
    },
    slidingPools: ['step3p7', 'step37'],
  },
  { release: '0.5.12', known: 'read', facts: {}, slidingPools: ['deepseekv4', 'laguna'] },
  { release: '0.5.11', known: 'read', facts: { compilesWithDrafts: true }, slidingPools: ['gemma4'] },
  {
    release: '0.5.10',
    known: 'read',
    facts: {
      prefillGraphs: 'compiled',
      draftReserve: 4096,
      wrappersAreMultimodal: true,
      runningRequests: 'estimated',
    },
  },
  {
    release: '0.5.9',
    known: 'read',
    facts: { statesWithoutPrefixes: 'budget' },
    slidingPools: ['step3p5', 'step35'],
  },
  {
    release: '0.5.8',
    known: 'read',
    facts: { draftsChainsElsewhere: true, speculativeStates: 'first', extraBuffers: 'asked' },
    slidingPools: ['gptoss', 'llama4'],
  },
  {
    release: '0.5.7',
    known: 'read',
    facts: {
      draftsChains: [...CHAINS_6, 'MiMoV2FlashForCausalLM'],
      addsDraftRows: false,
      speculativeStates: 'beforeBudget',
      takesMaxMambaCacheSize: true,
    },
    slidingPools: ['mimov2'],
  },
  { release: '0.5.6.post1', known: 'read', facts: { draftsChains: CHAINS_6 } },
  { release: '0.5.6', known: 'read', facts: {} },
  { release: '0.5.5.post3', known: 'read', facts: { fp4Caches: 'all' } },
  { release: '0.5.5', known: 'read', facts: {} },
  { release: '0.5.4.post3', known: 'read', facts: { fp4Caches: 'latents' } },
  { release: '0.5.4.post1', known: 'read', facts: { smallDevice: { chunk: 2048, few: 24, many: 80 } } },
  { release: '0.5.4', known: 'read', facts: {} },
  { release: '0.5.3.post2', known: 'read', facts: { sizesStates: true } },
  { release: '0.5.3.post1', known: 'read', facts: { sparseAttentionSetsFraction: false } },
  {
    release: '0.5.3',
    known: 'read',
    facts: {
      memFraction: 'work',
      smallDevice: { chunk: 2048, few: 16, many: 80 },
      speculativeAlgorithms: ['EAGLE', 'EAGLE3', 'NEXTN', 'STANDALONE', 'NGRAM'],
      draftsChains: CHAINS_3,
      sparseAttentionSetsFraction: true,
    },
  },
  {
    release: '0.5.2',
    known: 'read',
    facts: { speculativeAlgorithms: ['EAGLE', 'EAGLE3', 'NEXTN', 'STANDALONE'], standaloneReserve: 6144 },
  },
  { release: '0.5.1', known: 'read', facts: { draftsChains: CHAINS_1 } },
  { release: '0.4.10', known: 'read', facts: {} },
  { release: '0.4.9.post3', known: 'read', facts: { encoderShare: 'bySize' } },
  { release: '0.4.9', known: 'read', facts: { encoderShare: 'tenth' } },
  { release: '0.4.8', known: 'read', facts: {} },
  { release: '0.4.7.post1', known: 'read', facts: { memFraction: 'classes' } },
  {
    release: '0.4.7',
    known: 'read',
    facts: { tableKnowsSpeculation: true, hasRowMore: false, draftsChains: CHAINS_07, logsMemoryLeft: true },
  },
  { release: '0.4.6.post2', known: 'read', facts: { tableCountsStages: true, tableGrows: true } },
  {
    release: '0.4.6',
    known: 'read',
    facts: {
      memFraction: 'table',
      tableCountsStages: false,
      tableGrows: false,
      tableKnowsSpeculation: false,
      encoderShare: 'none',
      draftReserve: 2048,
      standaloneReserve: 2048,
      sparseAttentionSetsFraction: false,
      smallDevice: { chunk: 2048, few: 8, many: 80 },
      prefillGraphs: 'none',
      compilesWithDrafts: false,
      notCompiled: [...NOT_COMPILED_10, ...NOT_COMPILED_SPARSE],
      multimodalCompiled: [],
      multimodalBreakable: [],
      contextLimitsPrefillGraphs: false,
      latentBreakable: 'none',
      dpAttentionBreakable: false,
      nemotronBreakable: true,
      deltaAttentionBreakable: true,
      stagesBreakable: true,
      wrappersAreMultimodal: false,
      disablesPrefillGraphs: false,
      reservesGraphsInUse: false,
      requestsLimitGraphs: false,
      runningRequests: 'rows',
      hasRowMore: true,
      runsOneAtLeast: false,
      speculativeAlgorithms: ['EAGLE', 'EAGLE3', 'NEXTN'],
      draftsChains: [],
      draftsChainsElsewhere: false,
      addsDraftRows: true,
      countsDraftRows: false,
      countsDraftRowsBesideWindows: false,
      sizesStates: false,
      speculativeStates: 'everySlot',
      takesMaxMambaCacheSize: false,
      statesWithoutPrefixes: 512,
      countsPaddingState: false,
      extraBuffers: 'none',
      reckonsNextLayer: true,
      fixesRingsOfRequests: false,
      capsWindowsWithoutPrefixes: false,
      capsWindowsByRequests: false,
      sharesWindows: 'none',
      leavesRoomForImages: false,
      fp4Caches: 'none',
      mxfp8Caches: false,
      logsScales: false,
      logsDtype: false,
      logsMemoryLeft: false,
    },
  },
]);

/** What holds in the release that the settings name; in the newest where they name none. */
export function factsOf({ version }: { readonly version?: string }): SglangFacts {
  return SGLANG_RELEASES.factsOf(version);
}
