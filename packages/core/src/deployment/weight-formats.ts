import { weightsOf } from '../import/weights/config-weights.js';
import { storageOf } from '../import/weights/quantization.js';
import type { Tensors } from '../import/weights/tensors.js';
import type { Model, WeightMatrix, Weights } from '../model/model.js';
import { InputError } from '../text/errors.js';
import { ggufBytes, hasGgufTensors } from './gguf-recipes.js';
import { isDtypeFormat, isRecipe, QUANTIZERS, type WeightFormat } from './weight-format-names.js';
import { weightsInDtype } from './weights-on-devices.js';

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
  if (isDtypeFormat(format)) {
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
