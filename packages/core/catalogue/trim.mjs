/** Fields that change neither what a cache holds nor how many parameters a model has. */
const OF_NO_MATTER = new RegExp(
  `^(${[
    // Loading and housekeeping.
    'auto_map|_?name_or_path|.*transformers_version|tokenizer_class|processor_class|use_cache|torchscript|gradient_checkpointing|pretraining_tp|(moe_)?ep_size',
    '_?attn_implementation.*|_flash_attn.*|use_flash_attn.*|flash_attn.*|use_bfloat16|tf_legacy_loss|return_dict.*|output_.*|chunk_size_feed_forward|pruned_heads|finetuning_task',
    'problem_type|task_specific_params|id2label|label2id|num_labels|summary_.*|keys_to_ignore_at_inference|unsloth_.*|producer|use_mamba_kernels|model_card.*',
    // Tokens, and how they are drawn.
    '.*token_ids?|.*token_index|.*tokens_ids|.*_placeholder|ignore_index|prefix|bad_words_ids|.*suppress_tokens|do_sample|temperature|top_[kp]|typical_p|num_beams|num_beam_groups',
    'num_return_sequences|max_length|min_length|length_penalty|.*repetition_penalty|diversity_penalty|.*no_repeat_ngram_size|early_stopping|remove_invalid_values|exponential_decay_length_penalty',
    // Arithmetic between the weights.
    '.*dropout.*|.*_pdrop|.*_drop|drop_path.*|.*_eps|.*epsilon|initializer_.*|init_(std|method|device|fn.*)|mask_.*',
    'rope_.*|rotary_.*|.*_rope_theta|partial_rotary_factor|.*rope_interleave|scale_attn_.*|reorder_and_upcast_attn|logits?_.*|.*_logit_soft.*|.*softcap.*|query_pre_attn_scalar',
    'routed_scaling_factor|scoring_func|topk_method|norm_topk_prob|.*aux_loss.*|seq_aux|router_.*|.*_loss_.*|.*_multiplier.*|residual_in_fp32|rescale_prenorm_residual|rescale_.*|time_step_(floor|init_scheme|limit|max|min|scale)',
    'swiglu_.*|.*temperature_tuning.*|attn_scale|floor_scale',
  ].join('|')})$`,
);

/** Lists of the modules that a quantizer left alone, or treated each in its own way. */
const MODULE_LISTS =
  /^(ignore|ignored_layers|modules_to_not_convert|exclude_modules|targets|quantized_layers)$/;
const MOST_MODULES = 12;

/**
 * A published config without the fields that are of no matter here, and without long lists of modules. What stays is
 * exactly as published.
 *
 * @param {Readonly<Record<string, unknown>>} config
 * @returns {Record<string, unknown>}
 */
export function trim(config) {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key, value]) => !OF_NO_MATTER.test(key) && !isLongModuleList(key, value))
      .map(([key, value]) => [key, isObject(value) ? trim(value) : value]),
  );
}

function isLongModuleList(key, value) {
  return (
    MODULE_LISTS.test(key) &&
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > MOST_MODULES
  );
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
