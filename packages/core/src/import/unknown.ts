import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';
import { llama } from './families/llama.js';
import { KNOWN_MODEL_TYPES } from './families.js';
import type { Geometry } from './family.js';
import { type Config, field } from './fields.js';

/** The fields of plain attention; without the first three nothing can be said. */
const NEEDED = ['num_hidden_layers', 'num_attention_heads', 'hidden_size'];
const PLAIN: ReadonlySet<string> = new Set([...NEEDED, 'num_key_value_heads', 'head_dim']);

/** Fields that change no byte of a cache, whatever their value. They win over the hints, so each is spelled out. */
const INERT = new RegExp(
  `^(${[
    'architectures|model_type|auto_map|_name_or_path|name_or_path|transformers_version|torch_dtype|dtype|use_cache|use_bfloat16',
    'vocab_size|vocab_size_.*|intermediate_size.*|ffn_dim|ffn_hidden_size|n_inner|.*_intermediate_size|mlp_ratio|.*mlp_bias|.*_size_mlp',
    'max_position_embeddings|max_sequence_length|model_max_length|seq_length|max_seq_len|original_max_position_embeddings|n_positions|n_ctx',
    'rope_.*|rotary_.*|partial_rotary_factor|alibi.*|use_rope|no_rope_layers|no_rope_layer_interval|.*_rope_theta|position_embedding_type|learned_pos_emb',
    'hidden_act|activation_function|hidden_activation|.*_act|.*norm.*|.*_eps|.*epsilon|initializer_.*|init_.*|.*dropout.*|.*_pdrop|.*drop_path.*',
    '.*token_id|.*token_index|.*token_ids|ignore_index|eos_.*|bos_.*|pad_.*|.*tie_.*embeddings|tokenizer_class|pretraining_tp|.*_bias|bias|no_bias',
    '.*expert.*|moe_.*|.*_moe.*|.*router.*|decoder_sparse_step|mlp_only_layers|mlp_layer_types|first_k_dense_replace|n_group|topk_.*|scoring_func|aux_loss.*|.*_loss_coef',
    'logit.*|.*softcap.*|.*_multiplier|.*_scale|scale_.*|.*_scaling|.*_scaling_factor|qk_layernorm|use_qk_norm|embd_.*|emb_.*',
    'num_nextn_predict_layers|.*mtp.*|quantization_config|compression_config|id2label|label2id|problem_type|num_labels|finetuning_task|task_specific_params',
    'vision_config|output_.*|return_dict.*|use_return_dict|gradient_checkpointing|torchscript|attn_implementation|_attn_implementation|use_flash_attn.*|chunk_size_feed_forward',
    'do_sample|temperature|top_[kp]|typical_p|num_beams|num_beam_groups|num_return_sequences|max_length|min_length|length_penalty|repetition_penalty|diversity_penalty|no_repeat_ngram_size|encoder_no_repeat_ngram_size|early_stopping|prefix|.*ep_size|is_decoder|pruned_heads|tf_legacy_loss',
  ].join('|')})$`,
);

/** Parts of names that belong to mechanisms which remember something else than all keys and values. */
const HINT =
  /window|sliding|latent|lora_rank|ssm|mamba|conv|state|recurrent|rnn|rwkv|linear_att|delta|lightning|layer_type|pattern|block_config|block_type|blocks_type|hybrid|shar|chunk|compress|loop|cycle|index|cross|encoder|local|global|sparse|sink|memory|memories|retention|gla_|kda|hyena|multi_query|group|kv_|_kv|key_value|value_head|v_head|k_head|head_size|dim_head|d_head|multiquery|nope|attn_config|attention_config|attention_type|attn_type|attn_layer|attention_layer|attention_every|full_att|swa/i;

/**
 * What can be said about an architecture that no family reads. It is full attention, with a visible warning, only where
 * the plain fields are there and nothing speaks against it. A field speaks against it, unless it is not set (null,
 * false, an empty list), when
 *
 * - its name hints at another mechanism (a window, a latent, a state, sharing, an index ...), or
 * - it is not known to be inert and holds a list or an object, since such fields describe single layers or parts.
 *
 * Fields known to be inert (rope, norms, vocabulary, experts, tokens, sampling) are an allow-list, so that a new
 * mechanism with a new name is refused rather than overlooked; unknown plain numbers and texts are named in the warning.
 *
 * @throws InputError naming the fields that are not understood, or those that are missing.
 */
export function plainGeometry(config: Config, modelType: string | undefined): Geometry {
  const type =
    modelType === undefined
      ? 'is not named (the config has no "model_type")'
      : `"${shown(modelType)}" is not known`;
  const guess = modelType === undefined ? undefined : nearest(modelType, KNOWN_MODEL_TYPES);
  const near = guess === undefined ? '' : ` (the nearest known one is "${guess}")`;
  const missing = NEEDED.filter((key) => field(config, key) === undefined);
  const refuse = (reason: string) =>
    new InputError(
      `The architecture ${type}${near}, and ${reason}; give its geometry by hand with --emb-dim, --n-heads and --n-layers.`,
    );
  if (missing.length > 0) {
    throw refuse(`the config has no ${listed(missing)}`);
  }
  const windowIsOff = field(config, 'use_sliding_window') === false;
  const others = Object.keys(config).filter(
    (key) =>
      !PLAIN.has(key) &&
      isSet(field(config, key)) &&
      !INERT.test(key) &&
      !(windowIsOff && ['sliding_window', 'max_window_layers', 'use_sliding_window'].includes(key)),
  );
  const against = others.filter((key) => HINT.test(key) || typeof config[key] === 'object');
  if (against.length > 0) {
    throw refuse(`these fields may mean another kind of cache: ${listed(against)}`);
  }
  const note = others.length === 0 ? '' : `; not understood, and taken to change nothing: ${listed(others)}`;
  return {
    ...llama(config),
    warnings: [
      `The architecture ${type}${near}; its fields look like plain attention, so every layer is counted as full${note}.`,
    ],
  };
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== false &&
    !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

function listed(keys: readonly string[]): string {
  const shownKeys = keys.slice(0, 8).map((key) => `"${shown(key)}"`);
  return shownKeys.join(', ') + (keys.length > 8 ? ` and ${keys.length - 8} more` : '');
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
