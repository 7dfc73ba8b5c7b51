import type { ModelSizes } from '../model/model.js';
import { type Config, field } from './fields.js';

/**
 * Sizes that no cache depends on, by the names of transformers' config classes. One that makes no sense is not known,
 * which only makes an estimate of activations wider.
 *
 * Source: huggingface/transformers 5.24.0, the `configuration_*.py` of the models.
 */
export function sizesOf(config: Config): ModelSizes {
  const number = (...keys: readonly string[]) =>
    keys
      .map((key) => field(config, key))
      .find((value) => Number.isSafeInteger(value) && (value as number) >= 0) as number | undefined;
  const numExperts = number('n_routed_experts', 'num_local_experts', 'num_experts', 'moe_num_experts');
  const ties = field(config, 'tie_word_embeddings');
  const moeIntermediateSize = number(
    'moe_intermediate_size',
    'expert_ffn_hidden_size',
    'expert_intermediate_size',
    'intermediate_size',
  );
  const shared = number(
    'n_shared_experts',
    'num_shared_experts',
    'num_shared_expert',
    'moe_num_shared_experts',
  );
  return known({
    vocabSize: number('vocab_size', 'padded_vocab_size'),
    tieWordEmbeddings: typeof ties === 'boolean' ? ties : undefined,
    intermediateSize: number('intermediate_size', 'ffn_dim', 'n_inner', 'ffn_hidden_size', 'd_ff'),
    ...(numExperts !== undefined &&
      numExperts > 0 && {
        numExperts,
        numExpertsPerToken: number(
          'num_experts_per_tok',
          'num_experts_per_token',
          'experts_per_token',
          'moe_topk',
          'moe_top_k',
          'moe_k',
          'top_k_experts',
        ),
        moeIntermediateSize,
        sharedExpertIntermediateSize:
          number('shared_expert_intermediate_size') ??
          (shared === undefined ? 0 : shared * (moeIntermediateSize ?? 0)),
        numDenseLayers: number('first_k_dense_replace', 'num_dense_layers', 'moe_layer_start_index') ?? 0,
        numExpertGroups: number('n_group'),
        numExpertGroupsPerToken: number('topk_group'),
      }),
    hiddenSizePerLayerInput: number('hidden_size_per_layer_input'),
    qLoraRank: number('q_lora_rank'),
  });
}

function known(sizes: { readonly [Key in keyof ModelSizes]: ModelSizes[Key] | undefined }): ModelSizes {
  return Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined));
}
