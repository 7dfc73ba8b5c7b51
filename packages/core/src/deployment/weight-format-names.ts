import { DTYPES, type DtypeName, parseDtype } from '../model/dtype.js';
import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';

/** What llama-quantize makes of a model, by its names: the type of most tensors. */
export const GGUF_RECIPES = {
  q2_k: 'q2_K',
  q3_k_s: 'q3_K',
  q3_k_m: 'q3_K',
  q3_k_l: 'q3_K',
  q4_k_s: 'q4_K',
  q4_k_m: 'q4_K',
  q5_k_s: 'q5_K',
  q5_k_m: 'q5_K',
  q6_k: 'q6_K',
  iq4_xs: 'iq4_xs',
} as const;

export type GgufRecipe = keyof typeof GGUF_RECIPES;

/** Quantizers with groups of the size that their published checkpoints have, as a `quantization_config` says them. */
export const QUANTIZERS = {
  awq: { quant_method: 'awq', bits: 4, group_size: 128 },
  gptq: { quant_method: 'gptq', bits: 4, group_size: 128 },
  mxfp4: {
    quant_method: 'compressed-tensors',
    config_groups: { all: { targets: ['Linear'], weights: { type: 'float', num_bits: 4, group_size: 32 } } },
  },
} as const;

export type Quantizer = keyof typeof QUANTIZERS;

/** How weights can be said to be stored: a dtype, a recipe of llama-quantize, or a quantizer's format. */
export type WeightFormat = DtypeName | GgufRecipe | Quantizer;

/**
 * The format that a text means, without regard to case.
 *
 * @throws InputError for one that is not known, with all that are.
 */
export function parseWeightFormat(text: string): WeightFormat {
  const key = text.trim().toLowerCase();
  if (isRecipe(key) || isQuantizer(key)) {
    return key;
  }
  try {
    return parseDtype(text);
  } catch {
    const names = [
      ...DTYPES.map(({ name }) => name),
      ...Object.keys(GGUF_RECIPES),
      ...Object.keys(QUANTIZERS),
    ];
    const guess = nearest(key, names);
    throw new InputError(
      `Unknown weight dtype "${text.trim()}"${guess === undefined ? '.' : `; did you mean ${guess}?`} Known: ${names.join(', ')}.`,
    );
  }
}

export function isRecipe(name: string): name is GgufRecipe {
  return Object.hasOwn(GGUF_RECIPES, name);
}

export function isQuantizer(name: string): name is Quantizer {
  return Object.hasOwn(QUANTIZERS, name);
}

/** Whether a format is a dtype that all numbers are stored in alike. */
export function isDtypeFormat(format: WeightFormat): format is DtypeName {
  return !isRecipe(format) && !isQuantizer(format);
}
