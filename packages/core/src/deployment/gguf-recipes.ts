import type { Model, WeightMatrix } from '../model/model.js';
import { GGUF_RECIPES, type GgufRecipe } from './weight-format-names.js';

/** A type of ggml's tensors: `blockSize` numbers of a row in `blockBytes` bytes, and what rows of other lengths take. */
interface BlockType {
  readonly blockSize: number;
  readonly blockBytes: number;
  readonly fallback?: BlockTypeName;
}

type BlockTypeName = keyof typeof TYPES;

/**
 * Source: ggml-org/llama.cpp, `ggml/src/ggml-common.h` (sizes of blocks), `src/llama-quant.cpp` (`tensor_type_fallback`),
 * commit 007dbbf.
 */
const TYPES = {
  f16: { blockSize: 1, blockBytes: 2 },
  f32: { blockSize: 1, blockBytes: 4 },
  q8_0: { blockSize: 32, blockBytes: 34, fallback: 'f16' },
  q5_0: { blockSize: 32, blockBytes: 22, fallback: 'f16' },
  q5_1: { blockSize: 32, blockBytes: 24, fallback: 'f16' },
  q4_0: { blockSize: 32, blockBytes: 18, fallback: 'f16' },
  iq4_nl: { blockSize: 32, blockBytes: 18, fallback: 'f16' },
  q2_K: { blockSize: 256, blockBytes: 84, fallback: 'q4_0' },
  q3_K: { blockSize: 256, blockBytes: 110, fallback: 'q4_0' },
  iq4_xs: { blockSize: 256, blockBytes: 136, fallback: 'iq4_nl' },
  q4_K: { blockSize: 256, blockBytes: 144, fallback: 'q5_0' },
  q5_K: { blockSize: 256, blockBytes: 176, fallback: 'q5_1' },
  q6_K: { blockSize: 256, blockBytes: 210, fallback: 'q8_0' },
} as const satisfies Readonly<Record<string, Omit<BlockType, 'fallback'> & { readonly fallback?: string }>>;

/**
 * Bytes of one matrix in one layer of a GGUF that llama-quantize made without an importance matrix. Norms, biases, routers,
 * convolutions and positions are kept in fp32; images'
 * encoders, which have a file of their own, in 16 bits.
 *
 * Source: ggml-org/llama.cpp, `src/llama-quant.cpp` (`llama_tensor_get_type_impl`, `tensor_allows_quantization`), commit
 * 007dbbf; `src/models` (which models are of type 70B).
 */
export function ggufBytes(
  model: Model,
  recipe: GgufRecipe,
): (matrix: WeightMatrix, layer?: number) => number {
  const facts = factsOf(model);
  return (matrix, layer = 0) => {
    if (matrix.module.startsWith('vision.')) {
      return bytesIn('f16', matrix);
    }
    const isKept = matrix.kind === 'other' || matrix.columns === 1 || /position/.test(matrix.module);
    return bytesIn(isKept ? 'f32' : typeOf(recipe, matrix, layer, facts), matrix);
  };
}

/** Modules that are a GGUF's tensors one to one; others may be split, fused or transposed there. */
const SAME_TENSORS =
  /^(embed_tokens|lm_head|self_attn\.[qkvo]_proj|mlp\.(experts\.|shared_experts\.)?(gate|up|down)_proj)$/;

/** Architectures whose converter fuses or splits what their modules are called one by one. */
const FUSED = /^(Phi3|Falcon|GPT|Bloom|MPT|QWenLM|Glm4?For|ChatGLM|Starcoder|Baichuan|DbrxFor)/i;

/** Whether each matrix of the model is one tensor of a GGUF, so that the recipe's bytes are exact. */
export function hasGgufTensors({ architecture, weightMatrices = [] }: Model): boolean {
  return (
    !FUSED.test(architecture) &&
    weightMatrices.every(
      ({ kind, columns, module }) => kind === 'other' || columns === 1 || SAME_TENSORS.test(module),
    )
  );
}

interface Facts {
  readonly numLayers: number;
  readonly numExperts: number;
  /** Queries to one key-value head. */
  readonly groupSize: number;
  readonly isTied: boolean;
  readonly is70b: boolean;
}

function factsOf({
  layers,
  numAttentionHeads = 1,
  numExperts = 0,
  architecture,
  weightMatrices = [],
}: Model): Facts {
  const heads = layers
    .map((layer) => ('numKeyValueHeads' in layer ? layer.numKeyValueHeads : 0))
    .find(Boolean);
  const groupSize = numAttentionHeads / (heads ?? numAttentionHeads);
  return {
    numLayers: layers.length,
    numExperts,
    groupSize,
    isTied: !weightMatrices.some(({ kind }) => kind === 'head'),
    is70b: layers.length === 80 && groupSize > 1 && /^(Llama|Qwen2)For/.test(architecture),
  };
}

function typeOf(
  recipe: GgufRecipe,
  { kind, module, columns }: WeightMatrix,
  layer: number,
  facts: Facts,
): BlockTypeName {
  const most = GGUF_RECIPES[recipe];
  if (kind === 'head' || (kind === 'embedding' && facts.isTied)) {
    return columns % TYPES[most].blockSize === 0 ? 'q6_K' : 'q8_0';
  }
  if (/\.v_proj$/.test(module)) {
    return valueType(recipe, layer, facts);
  }
  if (/\.k_proj$/.test(module) && facts.numExperts === 8) {
    return 'q8_0';
  }
  if (/\.o_proj$/.test(module)) {
    return outputType(recipe, facts);
  }
  return /\.down_proj$/.test(module) ? downType(recipe, layer, facts) : most;
}

/** The first and last eighth of the layers, and every third between. */
function hasMoreBits(layer: number, { numLayers }: Facts): boolean {
  const eighth = Math.floor(numLayers / 8);
  return layer < eighth || layer >= Math.floor((7 * numLayers) / 8) || (layer - eighth) % 3 === 2;
}

function valueType(recipe: GgufRecipe, layer: number, facts: Facts): BlockTypeName {
  if (facts.numExperts === 8) {
    return 'q8_0';
  }
  const type = groupedValueType(recipe, layer, facts);
  return facts.is70b && (type === 'q3_K' || type === 'q4_K') ? 'q5_K' : type;
}

function groupedValueType(recipe: GgufRecipe, layer: number, facts: Facts): BlockTypeName {
  switch (recipe) {
    case 'q2_k':
      return facts.groupSize >= 4 ? 'q4_K' : 'q3_K';
    case 'q3_k_m':
      return layer < 2 ? 'q5_K' : 'q4_K';
    case 'q3_k_l':
      return 'q5_K';
    case 'iq4_xs':
      return facts.groupSize >= 4 ? 'q5_K' : 'iq4_xs';
    case 'q4_k_s':
      return layer < 4 ? 'q5_K' : 'q4_K';
    case 'q4_k_m':
    case 'q5_k_m':
      return hasMoreBits(layer, facts) ? 'q6_K' : GGUF_RECIPES[recipe];
    default:
      return GGUF_RECIPES[recipe];
  }
}

function outputType(recipe: GgufRecipe, { numExperts }: Facts): BlockTypeName {
  if (numExperts === 8) {
    return recipe === 'q3_k_l' || recipe.startsWith('q5') || recipe === 'q6_k'
      ? GGUF_RECIPES[recipe]
      : 'q5_K';
  }
  const more: Partial<Record<GgufRecipe, BlockTypeName>> = { q2_k: 'q3_K', q3_k_m: 'q4_K', q3_k_l: 'q5_K' };
  return more[recipe] ?? GGUF_RECIPES[recipe];
}

function downType(recipe: GgufRecipe, layer: number, facts: Facts): BlockTypeName {
  const { numLayers } = facts;
  switch (recipe) {
    case 'q2_k':
      return 'q3_K';
    case 'q3_k_m':
      return layer < Math.floor(numLayers / 16) ? 'q5_K' : 'q4_K';
    case 'q3_k_l':
      return 'q5_K';
    case 'iq4_xs':
    case 'q4_k_s':
      return layer < Math.floor(numLayers / 8) ? 'q5_K' : GGUF_RECIPES[recipe];
    case 'q4_k_m':
    case 'q5_k_m':
      return hasMoreBits(layer, facts) ? 'q6_K' : GGUF_RECIPES[recipe];
    default:
      return GGUF_RECIPES[recipe];
  }
}

function bytesIn(name: BlockTypeName, { rows, columns }: WeightMatrix): number {
  const { blockSize, blockBytes, fallback }: BlockType = TYPES[name];
  if (columns % blockSize === 0 || fallback === undefined) {
    return (rows * columns * blockBytes) / blockSize;
  }
  return bytesIn(fallback, { rows, columns } as WeightMatrix);
}
