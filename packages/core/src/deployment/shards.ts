import type { Layer } from '../model/layer.js';
import type { Model } from '../model/model.js';
import { InputError } from '../text/errors.js';
import type { Workload } from './workload.js';

/** A group of devices that hold equal shares, and how many such groups there are. */
export interface DeviceGroup {
  /** Pipeline stage, from 0: stages hold different layers. */
  readonly stage: number;
  /** Data-parallel replicas with the same number of sequences. */
  readonly replicas: number;
  /** Devices of one replica and stage: its tensor- and context-parallel ranks. */
  readonly devices: number;
}

/** The share of a model and of the sequences that a group of equal devices works on. */
export interface Shard extends DeviceGroup {
  readonly layers: readonly Layer[];
  /** Sequences of one replica. */
  readonly numSequences: number;
}

/** Data-parallel replicas that have a sequence to work on. */
export function replicasInUse(workload: Workload): number {
  return Math.min(workload.numSequences, workload.dataParallel);
}

/**
 * Splits layers over pipeline stages and sequences over data-parallel replicas, as evenly as whole layers and whole
 * sequences allow, the larger shares first.
 *
 * @throws InputError with more stages than layers.
 */
export function shardsOf(model: Model, workload: Workload): readonly Shard[] {
  const { numSequences, tensorParallel, pipelineParallel, contextParallel } = workload;
  if (pipelineParallel > model.numHiddenLayers) {
    throw new InputError(
      `pipelineParallel is ${pipelineParallel}, but ${model.name} can be split into ${model.numHiddenLayers} at most, one for each layer.`,
    );
  }
  const busyReplicas = replicasInUse(workload);
  const smaller = Math.floor(numSequences / busyReplicas);
  const withOneMore = numSequences % busyReplicas;
  const replicas = [
    { count: withOneMore, numSequences: smaller + 1 },
    { count: busyReplicas - withOneMore, numSequences: smaller },
  ].filter(({ count }) => count > 0);
  const stages = splitEvenly(model.layers, pipelineParallel);
  return replicas.flatMap((replica) =>
    stages.map((layers, stage) => ({
      stage,
      replicas: replica.count,
      devices: tensorParallel * contextParallel,
      layers,
      numSequences: replica.numSequences,
    })),
  );
}

function splitEvenly<Item>(items: readonly Item[], parts: number): readonly (readonly Item[])[] {
  const size = Math.floor(items.length / parts);
  const larger = items.length % parts;
  return Array.from({ length: parts }, (_, part) => {
    const start = part * size + Math.min(part, larger);
    return items.slice(start, start + size + (part < larger ? 1 : 0));
  });
}
