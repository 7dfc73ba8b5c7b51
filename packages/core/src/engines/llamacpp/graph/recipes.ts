import type { Recipe } from './decoder.js';
import { deltaNetOrAttention } from './delta-net.js';
import type { RoutingOptions } from './feed-forward.js';
import { gemma4Attention, gemma4BlockEnd, gemma4FeedForward, perLayerInputs } from './gemma4.js';
import { latentAttention } from './latent-attention.js';

/**
 * Decoders as llama.cpp builds them, under the names that GGUF files and `config.json` have for each.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/*.cpp` (the `graph` of each), `conversion/*.py` (the names).
 */

const GATED_SILU = { kind: 'gated', activation: 'silu' } as const;
const GATED_GELU = { kind: 'gated', activation: 'gelu' } as const;
const SEPARATE = { bias: false, isFused: false } as const;
const LAYER_NORM = { kind: 'layer', bias: true } as const;
const SOFTMAX: RoutingOptions = { gating: 'softmax', isNormalized: true, gate: 'gated', activation: 'silu' };
const SIGMOID: RoutingOptions = { ...SOFTMAX, gating: 'sigmoid', isScaled: true, hasSelectionBias: true };

const LLAMA: Recipe = { qkv: SEPARATE, rope: 'all', feedForward: GATED_SILU, routing: SOFTMAX };
const BIASED: Recipe = { ...LLAMA, qkv: { ...SEPARATE, bias: true } };
const QWEN_3: Recipe = { ...LLAMA, qkNorm: 'heads' };
const GEMMA: Recipe = { ...LLAMA, scalesEmbeddings: true, scalesQueries: true, feedForward: GATED_GELU };
const GEMMA_2: Recipe = {
  ...GEMMA,
  normAfterAttention: 'post_attention_norm',
  normAfterFeedForward: 'post_ffw_norm',
  capsScores: true,
  capsLogits: true,
};
const POST_NORMS: Recipe = {
  ...LLAMA,
  hasNoPreNorms: true,
  normAfterAttention: 'post_attention_norm',
  normAfterFeedForward: 'post_ffw_norm',
};
const COHERE: Recipe = {
  ...LLAMA,
  norm: { kind: 'layer', bias: false },
  isParallel: 'one norm',
  scalesLogits: true,
};
const GRANITE: Recipe = { ...LLAMA, scalesEmbeddings: true, scalesResiduals: true, scalesLogits: true };
const DEEPSEEK: Recipe = { ...LLAMA, routing: { ...SOFTMAX, isNormalized: false } };

const LATENT: Recipe = {
  ...LLAMA,
  attention: latentAttention,
  routing: { ...SIGMOID, withoutSelectionBias: { ...SOFTMAX, isNormalized: false, isScaled: true } },
};
const QWEN_3_5: Recipe = {
  ...LLAMA,
  attention: deltaNetOrAttention,
  feedForwardNorm: 'post_attention_norm',
  positionIds: 4,
  sharedExpert: 'gated',
  outputs: 'after norm',
};

const RECIPES: readonly (readonly [Recipe, ...string[]])[] = [
  [{ ...LLAMA, ropeFactors: true }, 'LlamaForCausalLM'],
  [
    LLAMA,
    'llama',
    'mistral',
    'mixtral',
    'MistralForCausalLM',
    'MixtralForCausalLM',
    'LlavaForConditionalGeneration',
    'VoxtralForConditionalGeneration',
    'Mistral3ForConditionalGeneration',
    'mistral3',
  ],
  [LLAMA, 'internlm2', 'InternLM2ForCausalLM', 'InternLM3ForCausalLM', 'ernie4_5', 'Ernie4_5ForCausalLM'],
  [LLAMA, 'xverse', 'maincoder', 'pangu-embedded'],
  [BIASED, 'qwen2', 'Qwen2ForCausalLM'],
  [
    { ...BIASED, positionIds: 4 },
    'qwen2vl',
    'Qwen2VLForConditionalGeneration',
    'Qwen2_5_VLForConditionalGeneration',
  ],
  [{ ...BIASED, feedForwardNorm: 'post_attention_norm' }, 'seed_oss', 'SeedOssForCausalLM'],
  [
    { ...BIASED, routing: { ...SOFTMAX, isNormalized: false }, sharedExpert: 'gated' },
    'qwen2moe',
    'Qwen2MoeForCausalLM',
  ],
  [QWEN_3, 'qwen3', 'Qwen3ForCausalLM', 'qwen3moe', 'Qwen3MoeForCausalLM'],
  [{ ...QWEN_3, qkNormFollowsRope: true }, 'hunyuan-dense', 'HunYuanDenseV1ForCausalLM'],
  [{ ...LLAMA, rope: 'three of four' }, 'smollm3', 'SmolLM3ForCausalLM'],
  [GEMMA, 'gemma', 'GemmaForCausalLM'],
  [GEMMA_2, 'gemma2', 'Gemma2ForCausalLM'],
  [
    { ...GEMMA_2, capsScores: false, capsLogits: false, qkNorm: 'heads' },
    'gemma3',
    'Gemma3ForCausalLM',
    'Gemma3ForConditionalGeneration',
  ],
  [
    {
      ...LLAMA,
      qkv: { bias: false, isFused: true },
      scalesQueries: true,
      addsToResidual: true,
      feedForward: { kind: 'fused', activation: 'silu' },
    },
    'phi3',
    'Phi3ForCausalLM',
  ],
  [
    {
      ...LLAMA,
      qkv: { bias: true, isFused: false },
      norm: LAYER_NORM,
      outputBias: true,
      feedForward: { kind: 'plain', activation: 'gelu', bias: true },
    },
    'starcoder2',
    'Starcoder2ForCausalLM',
  ],
  [
    {
      ...BIASED,
      outputBias: true,
      feedForwardNorm: 'post_attention_norm',
      hasSinks: true,
      outputs: 'before norm',
      routing: {
        gating: 'softmax of chosen',
        isNormalized: false,
        bias: true,
        gate: 'gated',
        activation: 'silu',
      },
    },
    'gpt-oss',
    'GptOssForCausalLM',
  ],
  [
    {
      ...LLAMA,
      qkv: { bias: true, isFused: false },
      normAfterAttention: 'post_attention_norm',
      normAfterFeedForward: 'post_ffw_norm',
      feedForward: { kind: 'fused', activation: 'silu' },
    },
    'glm4',
    'Glm4ForCausalLM',
  ],
  [
    {
      ...BIASED,
      qkNorm: 'heads',
      feedForwardNorm: 'post_attention_norm',
      routing: SIGMOID,
    },
    'glm4moe',
    'Glm4MoeForCausalLM',
  ],
  [COHERE, 'command-r', 'CohereForCausalLM'],
  [{ ...COHERE, rope: 'sliding' }, 'cohere2', 'Cohere2ForCausalLM'],
  [{ ...POST_NORMS, qkNorm: 'rows' }, 'olmo2', 'Olmo2ForCausalLM', 'Olmo3ForCausalLM'],
  [{ ...POST_NORMS, qkNorm: 'heads', rope: 'all' }, 'exaone4', 'Exaone4ForCausalLM'],
  [{ ...DEEPSEEK, qkNorm: 'rows' }, 'olmoe', 'OlmoeForCausalLM'],
  [GRANITE, 'granite', 'GraniteForCausalLM'],
  [
    { ...LLAMA, qkNorm: 'rows', routing: { ...SIGMOID, isScaled: false } },
    'minimax-m2',
    'MiniMaxM2ForCausalLM',
  ],
  [{ ...LATENT, routing: DEEPSEEK.routing as RoutingOptions }, 'DeepseekV2ForCausalLM'],
  [
    LATENT,
    'deepseek2',
    'DeepseekV3ForCausalLM',
    'KimiK2ForCausalLM',
    'KimiK25ForConditionalGeneration',
    'Glm4MoeLiteForCausalLM',
  ],
  [QWEN_3_5, 'qwen35', 'qwen35moe', 'Qwen3_5ForConditionalGeneration', 'Qwen3_5MoeForConditionalGeneration'],
  [
    {
      ...LLAMA,
      scalesEmbeddings: true,
      attention: gemma4Attention,
      normAfterAttention: 'post_attention_norm',
      ownFeedForward: gemma4FeedForward,
      normAfterFeedForward: 'post_ffw_norm',
      blockInputs: perLayerInputs,
      blockEnd: gemma4BlockEnd,
      outputs: 'after norm',
      capsLogits: true,
    },
    'gemma4',
    'Gemma4ForCausalLM',
    'Gemma4ForConditionalGeneration',
  ],
];

/** What most decoders are like. */
export const USUAL_RECIPE = QWEN_3;

const byName = new Map(RECIPES.flatMap(([recipe, ...names]) => names.map((name) => [name, recipe] as const)));

/** The recipe of an architecture, by its name in a GGUF file or a `config.json`. */
export function recipeOf(architecture: string): Recipe | undefined {
  return byName.get(architecture);
}
