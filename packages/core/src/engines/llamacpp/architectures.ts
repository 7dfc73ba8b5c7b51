import type { Model } from '../../model/model.js';

/**
 * Architectures whose windows llama.cpp does not know: it caches every token in every layer of them, whatever
 * `sliding_window` says. Each is listed under its Hugging Face names and its GGUF one.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/*.cpp`: the `load_arch_hparams` of these set no `swa_type`, and
 * `phi3.cpp` sets `LLAMA_SWA_TYPE_NONE` on purpose; `conversion/*.py` (`ModelBase.register`) has the names.
 */
const WITHOUT_WINDOWS: ReadonlySet<string> = new Set([
  ...['llama', 'LlamaForCausalLM', 'MistralForCausalLM', 'MixtralForCausalLM', 'mistral', 'mixtral'],
  ...['LlavaForConditionalGeneration', 'VoxtralForConditionalGeneration'],
  ...['mistral3', 'Mistral3ForConditionalGeneration', 'Ministral3ForCausalLM', 'ministral3', 'ministral'],
  ...['qwen2', 'Qwen2ForCausalLM', 'qwen2moe', 'qwen2_moe', 'Qwen2MoeForCausalLM'],
  ...['qwen2vl', 'Qwen2VLForConditionalGeneration', 'Qwen2_5_VLForConditionalGeneration', 'Qwen2_5OmniModel'],
  ...['qwen2_vl', 'qwen2_5_vl', 'Qwen2AudioForConditionalGeneration'],
  ...['qwen3', 'Qwen3ForCausalLM', 'qwen3moe', 'qwen3_moe', 'Qwen3MoeForCausalLM'],
  ...['qwen3vl', 'qwen3_vl', 'Qwen3VLForConditionalGeneration'],
  ...['qwen3vlmoe', 'qwen3_vl_moe', 'Qwen3VLMoeForConditionalGeneration'],
  ...['phi3', 'Phi3ForCausalLM', 'Phi4ForCausalLMV', 'phimoe', 'PhiMoEForCausalLM', 'PhimoeForCausalLM'],
  ...['starcoder2', 'Starcoder2ForCausalLM', 'smollm3', 'SmolLM3ForCausalLM'],
  ...['lfm2moe', 'lfm2_moe', 'Lfm2MoeForCausalLM', 'seed_oss', 'SeedOssForCausalLM'],
]);

const EXAONE_4: ReadonlySet<string> = new Set([
  'exaone4',
  'Exaone4ForCausalLM',
  'Exaone4_5_ForConditionalGeneration',
]);

/** Layers of EXAONE-4.0-32B, the only one of its family for which the engine knows a window (`exaone4.cpp`). */
const EXAONE_4_LAYERS_WITH_WINDOWS = 64;

/** Whether the engine has a smaller cache for the model's sliding layers. */
export function knowsWindowsOf({ architecture, numHiddenLayers }: Model): boolean {
  return EXAONE_4.has(architecture)
    ? numHiddenLayers === EXAONE_4_LAYERS_WITH_WINDOWS
    : !WITHOUT_WINDOWS.has(architecture);
}

/**
 * Architectures with a latent that the engine expands before it caches it: keys and values of every head.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/minicpm3.cpp` and `plm.cpp`, whose converters write no
 * `attention.key_length_mla`.
 */
const EXPANDS_LATENT: ReadonlySet<string> = new Set([
  'minicpm3',
  'MiniCPM3ForCausalLM',
  'plm',
  'PLMForCausalLM',
]);

/** Whether the engine caches expanded heads rather than the latent. */
export function expandsLatentOf({ architecture }: Model): boolean {
  return EXPANDS_LATENT.has(architecture);
}

/**
 * The encoder-decoder models that the engine runs. Their decoder keeps no keys and values of the encoder's output,
 * but makes them again from it at every step.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/t5.cpp` and `llama_context::encode` (`cross.v_embd`).
 */
const ENCODER_DECODERS: ReadonlySet<string> = new Set([
  ...['t5', 'T5ForConditionalGeneration', 'T5WithLMHeadModel', 'mt5', 'MT5ForConditionalGeneration'],
  ...['umt5', 'UMT5ForConditionalGeneration', 'UMT5Model'],
]);

/** Whether the engine runs the model's cross-attention. */
export function runsCrossAttentionOf({ architecture }: Model): boolean {
  return ENCODER_DECODERS.has(architecture);
}

/** Architectures whose indexers beside plain attention have no values: `src/llama-memory-hybrid-idx.cpp`. */
const INDEXES_KEYS_ONLY: ReadonlySet<string> = new Set(['qwen4exp', 'Qwen4ExpForCausalLM', 'qwen4_exp']);

/** Whether the cache of an indexer beside plain attention is one of keys only. */
export function indexesKeysOnly({ architecture }: Model): boolean {
  return INDEXES_KEYS_ONLY.has(architecture);
}

/** Architectures that the engine runs without flash attention, whatever `--flash-attn` says: `llama_init_from_model`. */
const WITHOUT_FLASH_ATTENTION: ReadonlySet<string> = new Set([
  ...['grok', 'Grok1ForCausalLM', 'Grok1ModelForCausalLM', 'GrokForCausalLM', 'grok-1'],
]);

/** Whether the engine has flash attention for the model. */
export function hasFlashAttention({ architecture }: Model): boolean {
  return !WITHOUT_FLASH_ATTENTION.has(architecture);
}

/** Architectures whose files hold a window without the current token, which the engine takes for one with it. */
const WINDOWS_WITHOUT_CURRENT: ReadonlySet<string> = new Set([
  ...['MiMoV2FlashForCausalLM', 'MiMoV2ForCausalLM', 'mimo_v2_flash'],
]);

/**
 * The window that the engine reads from the model's file.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `conversion/mimo.py` (`add_sliding_window`).
 */
export function windowInFile({ architecture }: Model, slidingWindow: number): number {
  return WINDOWS_WITHOUT_CURRENT.has(architecture) ? Math.max(1, slidingWindow - 1) : slidingWindow;
}
