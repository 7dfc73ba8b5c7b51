import { InputError } from '../../text/errors.js';
import type { GgufFamily } from './family.js';
import {
  falconH1,
  gatedDelta,
  jamba,
  kimiDelta,
  lfm2,
  mamba,
  mamba2,
  mamba2Hybrid,
  miniMax01,
  nemotronH,
  qwen4,
  rwkv,
} from './hybrids.js';
import { deepseek2, deepseek4, deepseek32, dots3Note, glmDsa, hyV4, miniCpm3 } from './latent.js';
import { gemma3n, gemma4, graniteSwitch, llama4, loopedLayers, miniMaxM3, t5 } from './special.js';
import { type WindowRule, windowedLayers } from './windows.js';

/** Every layer keeps all tokens. Other architectures that need no rule of their own are listed in `PLAIN`. */
const plain: GgufFamily = (attention) => ({
  layers: windowedLayers(attention, { period: 1, absent: 'none' }),
});

function windowed(rule: WindowRule): GgufFamily {
  return (attention) => ({ layers: windowedLayers(attention, rule) });
}

/**
 * Architectures whose layers all keep all tokens.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-arch.cpp` (`LLM_ARCH_NAMES`) and `src/models/*.cpp`, whose
 * `load_arch_hparams` set no window, no recurrent layer and no latent. `gptj` is named there and in older files.
 */
const PLAIN: readonly string[] = [
  ...['apertus', 'arcee', 'arctic', 'baichuan', 'bailingmoe', 'bailingmoe2', 'bitnet', 'bloom', 'chameleon'],
  ...['chatglm', 'codeshell', 'cogvlm', 'command-r', 'dbrx', 'deci', 'deepseek', 'deepseek2-ocr', 'dots1'],
  ...['ernie4_5', 'ernie4_5-moe', 'exaone', 'falcon', 'gemma', 'glm4', 'glm4moe', 'gpt2', 'gptj', 'gptneox'],
  ...['granite', 'granitemoe', 'grok', 'grovemoe', 'hrm_text', 'hunyuan-dense', 'hunyuan-moe', 'hunyuan_vl'],
  ...['hy_v3', 'internlm2', 'jais', 'jais2', 'llama', 'llama-embed', 'maincoder', 'minicpm', 'minimax-m2'],
  ...['mistral3', 'mpt', 'nemotron', 'olmo', 'olmoe', 'openelm', 'orion', 'paddleocr', 'pangu-embedded'],
  ...['phi2', 'phimoe', 'plamo', 'pockettts', 'qwen', 'qwen2', 'qwen2moe', 'qwen2vl', 'qwen3', 'qwen3moe'],
  ...['qwen3tts', 'qwen3vl', 'qwen3vlmoe', 'refact', 'seed_oss', 'smollm3', 'stablelm', 'starcoder'],
  ...['starcoder2', 'talkie', 'xverse'],
];

/**
 * Architectures with windows, one row for each rule of `src/models/*.cpp` in ggml-org/llama.cpp v0.5.0. `phi3` is an
 * exception: the engine ignores the window of its files, but the model has it, in every layer.
 */
const WINDOWED: Readonly<Record<string, WindowRule>> = {
  afmoe: { period: 4, absent: 'none' },
  cohere2: { period: 4 },
  cohere2moe: { period: 4, fullFirst: true },
  'exaone-moe': { period: 4 },
  exaone4: { period: 4, absent: 'none' },
  gemma2: { period: 2, absent: 4096 },
  gemma3: { period: 6, absent: 'none' },
  'gpt-oss': { period: 2 },
  granite_swa: {},
  laguna: { period: 4, fullFirst: true, absent: 'none' },
  maple: {},
  mellum: { period: 4, absent: 'none' },
  mimo2: {},
  'muse-glimmer': { period: 4 },
  olmo2: { period: 4, absent: 'none' },
  phi3: { period: 0, absent: 'none' },
  plamo3: { period: 8, absent: 'none' },
  smallthinker: { period: 4, fullFirst: true, absent: 'none', fixed: 4096 },
  spark2_5: {},
  step35: {},
};

const FAMILIES: ReadonlyMap<string, GgufFamily> = new Map<string, GgufFamily>([
  ...PLAIN.map((name) => [name, plain] as const),
  ...Object.entries(WINDOWED).map(([name, rule]) => [name, windowed(rule)] as const),
  ['gemma3n', gemma3n],
  ['gemma4', gemma4],
  ['graniteswitch', graniteSwitch],
  ['llama4', llama4],
  ['minimax-m3', miniMaxM3],
  ['nanbeige', loopedLayers],
  ['t5', t5],
  ['deepseek2', deepseek2],
  ['mistral4', deepseek2],
  ['deepseek32', deepseek32],
  ['deepseek4', deepseek4],
  ['dots3note', dots3Note],
  ['glm-dsa', glmDsa],
  ['hy_v4', hyV4],
  ['minicpm3', miniCpm3],
  ['plm', miniCpm3],
  ['mamba', mamba],
  ['mamba2', mamba2],
  ['rwkv6', rwkv],
  ['rwkv6qwen2', rwkv],
  ['rwkv7', rwkv],
  ['arwkv7', rwkv],
  ['jamba', jamba],
  ['plamo2', mamba2Hybrid],
  ['granitehybrid', mamba2Hybrid],
  ['falcon-h1', falconH1],
  ['nemotron_h', nemotronH],
  ['nemotron_h_moe', nemotronH],
  ['lfm2', lfm2],
  ['lfm2moe', lfm2],
  ['qwen3next', gatedDelta],
  ['qwen35', gatedDelta],
  ['qwen35moe', gatedDelta],
  ['qwen4exp', qwen4],
  ['kimi-linear', kimiDelta],
  ['kimi-k3', kimiDelta],
  ['bailingmoe3', kimiDelta],
  ['minimax-01', miniMax01],
]);

/** What has no cache of its own, and why. */
const WITHOUT_CACHE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'an encoder, which keeps nothing between calls': [
      ...['bert', 'modern-bert', 'nomic-bert', 'nomic-bert-moe', 'neo-bert', 'jina-bert-v2', 'jina-bert-v3'],
      ...['eurobert', 'gemma-embedding', 't5encoder', 'wavtokenizer-dec'],
    ],
    'a diffusion model, which reads all tokens anew at every step and keeps none': [
      ...['dream', 'llada', 'llada-moe', 'rnd1'],
    ],
    'a projector for images or sound, not a language model': ['clip'],
    'a draft for speculative decoding, which works on the cache of another model': [
      ...['eagle3', 'dflash', 'gemma4-assistant'],
    ],
  }).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);

/**
 * The family of an architecture, or undefined.
 *
 * @throws InputError for an architecture that has no cache.
 */
export function ggufFamilyOf(architecture: string): GgufFamily | undefined {
  const reason = WITHOUT_CACHE.get(architecture);
  if (reason !== undefined) {
    throw new InputError(`The architecture "${architecture}" is ${reason}, so there is no KV cache to size.`);
  }
  return FAMILIES.get(architecture);
}

/** Every architecture with a family of its own. */
export const KNOWN_ARCHITECTURES: readonly string[] = [...FAMILIES.keys()];
