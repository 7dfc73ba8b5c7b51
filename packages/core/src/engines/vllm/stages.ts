import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import type { VllmSettings } from './settings.js';

/**
 * Which pipeline stage each layer is on: as many layers for each, the remainder one each to those before the last, or as
 * `VLLM_PP_LAYER_PARTITION` says; a draft's on the last.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/distributed/utils.py` (`get_pp_indices`).
 *
 * @throws InputError for a partition that is none, or of another number of stages or layers.
 */
export function stagesOf(
  { name, numHiddenLayers }: Model,
  stages: number,
  { ppLayerPartition }: VllmSettings,
): (layer: number) => number {
  const sizes =
    ppLayerPartition === undefined ? evenly(numHiddenLayers, stages) : readPartition(ppLayerPartition);
  const layers = sizes.reduce((total, size) => total + size, 0);
  if (sizes.length !== stages || layers !== numHiddenLayers) {
    throw new InputError(
      `VLLM_PP_LAYER_PARTITION is ${ppLayerPartition}: ${sizes.length} stages of ${layers} layers; it must name the ${numHiddenLayers} layers of ${name} on ${stages} stages (pipelineParallel).`,
    );
  }
  const ends = sizes.map((_, stage) => sizes.slice(0, stage + 1).reduce((total, size) => total + size, 0));
  return (layer) => {
    const stage = ends.findIndex((end) => layer < end);
    return stage === -1 ? stages - 1 : stage;
  };
}

function evenly(layers: number, stages: number): readonly number[] {
  const larger = layers % stages;
  return Array.from({ length: stages }, (_, stage) => {
    const fromEnd = stages - stage;
    return Math.floor(layers / stages) + (fromEnd >= 2 && fromEnd <= larger + 1 ? 1 : 0);
  });
}

function readPartition(text: string): readonly number[] {
  if (!/^\s*\d+\s*(,\s*\d+\s*)*$/.test(text)) {
    throw new InputError(`VLLM_PP_LAYER_PARTITION is "${text}"; it must be numbers of layers, as in 16,32.`);
  }
  return text.split(',').map(Number);
}
