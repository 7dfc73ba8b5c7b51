import { type Layer, type Memory, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';

/**
 * The layers of each pipeline stage: as many for each, the remainder one each to the last ones.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/distributed/utils.py` (`get_pp_indices`).
 *
 * @throws InputError with more stages than layers.
 */
export function stagesOf({ layers, name }: Model, stages: number): readonly (readonly Layer[])[] {
  if (stages > layers.length) {
    throw new InputError(
      `pipelineParallel is ${stages}, but ${name} can be split into ${layers.length} at most, one for each layer.`,
    );
  }
  const size = Math.floor(layers.length / stages);
  const plain = stages - (layers.length % stages);
  return Array.from({ length: stages }, (_, stage) => {
    const start = stage * size + Math.max(0, stage - plain);
    return layers.slice(start, start + size + (stage >= plain ? 1 : 0));
  });
}

/**
 * What each layer has rows for. A model without states has rows for every layer, those that share another's cache or
 * attend to nothing included; one with states only for the layers that attend.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`_build_mha_kv_pool`, `_build_hybrid_swa_kv_pool`, `_build_hybrid_linear_kv_pool`),
 * `model_executor/model_runner_components/layer_setup.py` (`resolve_layer_indices`).
 *
 * @throws InputError for layers that SGLang has no pool for.
 */
export function storedMemories(model: Model): (layer: Layer) => readonly Memory[] {
  const all = model.layers.flatMap(memoriesOf);
  const hasStates = all.some(({ kind }) => kind === 'recurrent');
  const attending = all.find(({ kind }) => kind !== 'shared' && kind !== 'none');
  const rowsOf = (memory: Memory): readonly Memory[] => {
    switch (memory.kind) {
      case 'shared': {
        const owner = model.layers[memory.sharesWith];
        return hasStates || owner === undefined ? [] : memoriesOf(owner);
      }
      case 'none':
        return hasStates || attending === undefined ? [] : [attending];
      case 'cross':
        throw new InputError(
          `${model.name} attends to an encoder's output, whose tokens take slots of SGLang's pool in a way that is not known here; use the engine ideal.`,
        );
      default:
        return [memory];
    }
  };
  return (layer) => memoriesOf(layer).flatMap(rowsOf);
}
