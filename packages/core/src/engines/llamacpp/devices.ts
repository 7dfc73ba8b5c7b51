import type { Layer } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';

/**
 * The layers of each device under `--split-mode layer`, all layers offloaded to devices of equal free memory. The
 * output counts as one more layer, so layer i is on device `floor(i x devices / (layers + 1))`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` (`llama_model_base::load_tensors`, `get_layer_buft_list`).
 *
 * @throws InputError with more devices than layers.
 */
export function layersOnDevices(model: Model, devices: number): readonly (readonly Layer[])[] {
  const { layers, numHiddenLayers, name } = model;
  if (devices > numHiddenLayers) {
    throw new InputError(
      `pipelineParallel is ${devices}, but ${name} has only ${numHiddenLayers} layers to split.`,
    );
  }
  return Array.from({ length: devices }, (_, device) =>
    layers.filter((_layer, index) => Math.floor((index * devices) / (numHiddenLayers + 1)) === device),
  );
}
