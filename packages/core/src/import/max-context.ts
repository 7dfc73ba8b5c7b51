import { type Config, optionalInteger } from './fields.js';

/** Names of the longest context beside the standard one: of MPT, ChatGLM, Whisper's decoder, and of others. */
const NAMES = [
  'max_position_embeddings',
  'max_seq_len',
  'seq_length',
  'max_target_positions',
  'max_sequence_length',
  'max_seq_length',
  'seq_len',
] as const;

/**
 * The longest context that a model was trained for: the smallest that the config states, but `model_max_length` where it
 * is set, beside which Command-R states a `max_position_embeddings` that only sizes a table.
 *
 * Source: vllm-project/vllm, `transformers_utils/model_arch_config_convertor.py` (`derive_max_model_len_and_key`), commit
 * 00bb6f5.
 */
export function maxContextOf(config: Config): number | undefined {
  const stated = NAMES.map((name) => optionalInteger(config, name)).filter((length) => length !== undefined);
  return (
    optionalInteger(config, 'model_max_length') ?? (stated.length === 0 ? undefined : Math.min(...stated))
  );
}
