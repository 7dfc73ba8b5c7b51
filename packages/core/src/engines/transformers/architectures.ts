import type { Model } from '../../model/model.js';

const FALCON: ReadonlySet<string> = new Set([
  ...['FalconForCausalLM', 'RWForCausalLM', 'falcon', 'RefinedWeb', 'RefinedWebModel'],
]);

/**
 * Whether keys and values are repeated for every attention head before they are cached: Falcon-40B and 180B.
 *
 * Source: huggingface/transformers, `models/falcon/modeling_falcon.py` (`FalconAttention._split_heads`), 5.24.0.
 */
export function repeatsHeadsOf({ architecture }: Model): boolean {
  return FALCON.has(architecture);
}

const GPT_NEO: ReadonlySet<string> = new Set(['GPTNeoForCausalLM', 'gpt_neo']);

/**
 * Whether sliding layers are cached as full ones: GPT-Neo, whose config does not tell the cache about its local layers.
 *
 * Source: huggingface/transformers, `cache_utils.py` (`get_layer_types_and_kwargs`) and
 * `models/gpt_neo/configuration_gpt_neo.py` (`window_size`, no `sliding_window`), 5.24.0.
 */
export function hidesWindowsOf({ architecture }: Model): boolean {
  return GPT_NEO.has(architecture);
}

const GPT_1: ReadonlySet<string> = new Set(['OpenAIGPTLMHeadModel', 'openai-gpt']);

/**
 * Whether the model has no cache at all and reads the whole text again for every token: GPT-1.
 *
 * Source: huggingface/transformers, `models/openai/modeling_openai.py`, 5.24.0.
 */
export function cachesNothing({ architecture }: Model): boolean {
  return GPT_1.has(architecture);
}

/**
 * Architectures that transformers 5.24.0 has no code for (`models/auto/modeling_auto.py`): they run on code published
 * beside their weights, or not at all.
 */
const WITHOUT_OWN_CODE: ReadonlySet<string> = new Set([
  ...['AquilaForCausalLM', 'AquilaModel', 'BaichuanForCausalLM', 'BaiChuanForCausalLM', 'ChatGLMModel'],
  ...['ChatGLMForConditionalGeneration', 'CodeShellForCausalLM', 'DeciLMForCausalLM', 'DeepseekForCausalLM'],
  ...['Grok1ForCausalLM', 'Grok1ModelForCausalLM', 'HunYuanForCausalLM', 'InternLMForCausalLM'],
  ...['InternLM2ForCausalLM', 'KimiK2ForCausalLM'],
  ...['KimiK3ForConditionalGeneration', 'MiMoForCausalLM', 'MiniCPMForCausalLM', 'MiniMaxM1ForCausalLM'],
  ...['MiniMaxM3ForCausalLM', 'MiniMaxText01ForCausalLM', 'OrionForCausalLM', 'Phi3SmallForCausalLM'],
  ...['QWenLMHeadModel', 'StableLMEpochForCausalLM', 'XverseForCausalLM'],
  ...['aquila', 'baichuan', 'chatglm', 'codeshell', 'deci', 'deepseek', 'grok-1', 'hunyuan', 'internlm'],
  ...['internlm2', 'kimi_k2', 'mimo', 'minicpm', 'minimax_m1', 'minimax_m3', 'minimax_text_01'],
  ...['nemotron-nas', 'orion', 'phi3small', 'qwen', 'stablelm_epoch', 'xverse'],
]);

/** Whether transformers runs the model by code of its own. */
export function hasOwnCode({ architecture }: Model): boolean {
  return !WITHOUT_OWN_CODE.has(architecture);
}
