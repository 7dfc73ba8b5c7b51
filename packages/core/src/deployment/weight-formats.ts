import { weightsOf } from '../import/weights/config-weights.js';
import { storageOf } from '../import/weights/quantization.js';
import type { Tensors } from '../import/weights/tensors.js';
import { DTYPES, type DtypeName, parseDtype } from '../model/dtype.js';
import type { Model, WeightMatrix, Weights } from '../model/model.js';
import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';
import { GGUF_RECIPES, type GgufRecipe, ggufBytes, hasGgufTensors } from './gguf-recipes.js';
import { weightsInDtype } from './weights-on-devices.js';

/** Quantizers with groups of the size that their published checkpoints have, as a `quantization_config` says them. */
const QUANTIZERS = {
  awq: { quant_method: 'awq', bits: 4, group_size: 128 },
  gptq: { quant_method: 'gptq', bits: 4, group_size: 128 },
  mxfp4: {
    quant_method: 'compressed-tensors',
    config_groups: { all: { targets: ['Linear'], weights: { type: 'float', num_bits: 4, group_size: 32 } } },
  },
} as const;

type Quantizer = keyof typeof QUANTIZERS;

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
    const guess = nearest(text.trim(), names);
    throw new InputError(
      `Unknown weight dtype "${text.trim()}"${guess === undefined ? '.' : `; did you mean ${guess}?`} Known: ${names.join(', ')}.`,
    );
  }
}

/**
 * A model's weights in another format; undefined where it is not known what they are.
 *
 * A recipe gives each tensor its own type, exactly where a GGUF has the model's matrices one by one, else about. Quantizers
 * store the matrices of layers and experts with scales and zero points. For dtypes see `weightsInDtype`.
 *
 * @throws InputError where only the whole size is known, but the format goes by matrix.
 */
export function weightsInFormat(model: Model, format: WeightFormat): Weights | undefined {
  const { weights, weightMatrices, dtype } = model;
  if (!isRecipe(format) && !isQuantizer(format)) {
    return weights && weightsInDtype(weights, format, dtype.dtype);
  }
  if (weightMatrices === undefined) {
    if (weights === undefined) {
      return undefined;
    }
    throw new InputError(
      `What matrices the weights are made of is not known (${weights.source}), so they cannot be counted in ${format}, which stores each in its own way; give their size in it.`,
    );
  }
  const tensors = weightMatrices.flatMap(tensorsOf);
  if (isRecipe(format)) {
    const bytesOf = ggufBytes(model, format);
    const exact = hasGgufTensors(model)
      ? 'by tensor'
      : 'about, since its tensors are not those of the config';
    return weightsOf(
      tensors,
      model.layers,
      (tensor) => bytesOf(tensor, tensor.layer),
      `${format} as llama-quantize makes it, ${exact}`,
    );
  }
  const storage = storageOf(QUANTIZERS[format], dtype.dtype, tensors);
  return (
    storage && weightsOf(tensors, model.layers, storage.bytesOf, `formula from the config, ${storage.name}`)
  );
}

function tensorsOf({ layers, ...matrix }: WeightMatrix): readonly Tensors[] {
  return layers === undefined ? [matrix] : layers.map((layer) => ({ ...matrix, layer }));
}

function isRecipe(name: string): name is GgufRecipe {
  return Object.hasOwn(GGUF_RECIPES, name);
}

function isQuantizer(name: string): name is Quantizer {
  return Object.hasOwn(QUANTIZERS, name);
}
