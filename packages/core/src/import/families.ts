import { chatGlm } from './families/chatglm.js';
import { dbrx } from './families/dbrx.js';
import { deciLm } from './families/decilm.js';
import { deepseek, deepseekV32, glmMoeDsa, longcat } from './families/deepseek.js';
import { deepseekV4 } from './families/deepseek-v4.js';
import { falcon } from './families/falcon.js';
import { gemma3n, gemma4 } from './families/gemma.js';
import { gptBigCode } from './families/gpt-bigcode.js';
import { gptNeo } from './families/gpt-neo.js';
import { hunyuan } from './families/hunyuan.js';
import {
  afmoe,
  beam,
  cohere2Moe,
  exaone4,
  firstOfEvery,
  flint,
  lastOfEvery,
  lastOfPattern,
  smolLm3,
} from './families/interleaved.js';
import { codeShell, exaone, llama } from './families/llama.js';
import { llama4 } from './families/llama4.js';
import { mimoV2 } from './families/mimo-v2.js';
import { mpt } from './families/mpt.js';
import { multiHead } from './families/multi-head.js';
import { phi3Small } from './families/phi3-small.js';
import { dots, qwen, qwen2Moe } from './families/qwen.js';
import { windowed, windowedOnRequest } from './families/windowed.js';
import type { Family } from './family.js';

/** Which family reads a config, by its `model_type`. */
const FAMILIES: Readonly<Record<string, Family>> = {
  RefinedWeb: falcon,
  RefinedWebModel: falcon,
  Yi: llama,
  afmoe,
  apertus: llama,
  aquila: llama,
  arcee: llama,
  aria_text: llama,
  axk1: deepseek,
  baichuan: llama,
  beam,
  biogpt: multiHead,
  bitnet: llama,
  bloom: multiHead,
  chatglm: chatGlm,
  codegen: multiHead,
  codeshell: codeShell,
  cohere: llama,
  cohere2: lastOfPattern(4),
  cohere2_moe: cohere2Moe,
  cwm: firstOfEvery(4),
  dbrx,
  deci: deciLm,
  deepseek: llama,
  deepseek_ref: deepseekV4,
  deepseek_v2: deepseek,
  deepseek_v3: deepseek,
  deepseek_v32: deepseekV32,
  deepseek_v4: deepseekV4,
  diffllama: llama,
  dots1: dots,
  emu3_text_model: llama,
  ernie4_5: llama,
  ernie4_5_moe: llama,
  exaone,
  exaone4,
  exaone_moe: exaone4,
  falcon,
  flex_olmo: llama,
  flint,
  gemma: llama,
  gemma2: lastOfEvery(2),
  gemma3_text: lastOfPattern(6),
  gemma3n_text: gemma3n,
  gemma4_text: gemma4,
  gemma4_unified_text: gemma4,
  glm: llama,
  glm4: llama,
  glm4_moe: llama,
  glm4_moe_lite: deepseek,
  glm_moe_dsa: glmMoeDsa,
  'gpt-sw3': multiHead,
  gpt2: multiHead,
  gpt_bigcode: gptBigCode,
  gpt_neo: gptNeo,
  gpt_neox: multiHead,
  gpt_neox_japanese: multiHead,
  gpt_oss: lastOfEvery(2),
  gptj: multiHead,
  granite: llama,
  granite_swa: firstOfEvery(4),
  granitemoe: llama,
  granitemoe_swa: firstOfEvery(4),
  granitemoeshared: llama,
  'grok-1': llama,
  helium: llama,
  hunyuan,
  hunyuan_v1_dense: hunyuan,
  hunyuan_v1_moe: hunyuan,
  hy_v3: llama,
  hyperclovax: llama,
  internlm: llama,
  internlm2: llama,
  internlm3: llama,
  iquestcoder: llama,
  jais2: llama,
  kimi_k2: deepseek,
  kolibri1: lastOfEvery(5),
  llama,
  llama4_text: llama4,
  longcat_flash: longcat,
  mimo: qwen,
  mimo_v2_flash: mimoV2,
  minicpm: llama,
  minicpm3: deepseek,
  minimax_m2: llama,
  ministral: windowed,
  ministral3: windowed,
  mistral: windowed,
  mistral4: deepseek,
  mixtral: windowed,
  mpt,
  nanochat: llama,
  nemotron: llama,
  'nemotron-nas': deciLm,
  olmo: llama,
  olmo2: llama,
  olmo3: lastOfEvery(4),
  olmoe: llama,
  'openai-gpt': multiHead,
  opt: multiHead,
  orion: llama,
  persimmon: multiHead,
  phi: llama,
  phi3: windowed,
  phi3small: phi3Small,
  phi4_multimodal: windowed,
  phimoe: windowed,
  qwen: multiHead,
  qwen2: qwen,
  qwen2_moe: qwen2Moe,
  qwen3: qwen,
  qwen3_moe: windowedOnRequest,
  seed_oss: llama,
  smollm3: smolLm3,
  solar_open: llama,
  stablelm: llama,
  stablelm_epoch: llama,
  starcoder2: windowed,
  vaultgemma: lastOfEvery(2),
  xglm: multiHead,
  xverse: llama,
  youtu: deepseek,
};

/** Which family reads a config whose `model_type` says nothing, by its first `architectures`. */
const BY_ARCHITECTURE: Readonly<Record<string, Family>> = {
  DeciLMForCausalLM: deciLm,
  DeepseekV3ForCausalLM: deepseek,
  DeepseekV32ForCausalLM: deepseekV32,
  DeepseekV4ForCausalLM: deepseekV4,
  Grok1ForCausalLM: llama,
  Grok1ModelForCausalLM: llama,
  KimiK2ForCausalLM: deepseek,
  LlamaForCausalLM: llama,
  LongcatFlashForCausalLM: longcat,
  MistralForCausalLM: windowed,
  MixtralForCausalLM: windowed,
  Phi3SmallForCausalLM: phi3Small,
  Qwen2ForCausalLM: qwen,
  Qwen3ForCausalLM: qwen,
  Qwen3MoeForCausalLM: windowedOnRequest,
};

/** The family of that `model_type`, or undefined. */
export function familyOf(modelType: string): Family | undefined {
  return Object.hasOwn(FAMILIES, modelType) ? FAMILIES[modelType] : undefined;
}

/** The family of the class that a checkpoint is loaded with, or undefined. */
export function familyOfArchitecture(architecture: string): Family | undefined {
  return Object.hasOwn(BY_ARCHITECTURE, architecture) ? BY_ARCHITECTURE[architecture] : undefined;
}

/** Every `model_type` with a family of its own. */
export const KNOWN_MODEL_TYPES: readonly string[] = Object.keys(FAMILIES);
