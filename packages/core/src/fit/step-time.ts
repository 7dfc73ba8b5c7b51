import { replicasInUse } from '../deployment/shards.js';
import { activeBytesOf } from '../deployment/weights-on-devices.js';
import type { Workload } from '../deployment/workload.js';
import { estimate } from '../estimate/estimate.js';
import { memoriesOf } from '../model/layer.js';
import type { Model } from '../model/model.js';
import { type FitRequest, weightsOf } from './budget.js';

/**
 * A lower bound of the time of one step, which computes one token for each sequence: all that it must read, over the
 * bandwidth of all devices together. It reads the weights once on each replica, of a mixture of experts those of one
 * token, and the cache that attention reaches; of layers with a sparse-attention indexer only the indexer's keys are
 * sure to be read. Undefined where it is not known what it reads, or how fast.
 */
export function secondsPerStep(request: FitRequest, workload: Workload): number | undefined {
  const { device, count } = request.devices;
  const weightBytes = activeBytesOf(weightsOf(request.case.model));
  if (device.bandwidthBytesPerSecond === undefined || weightBytes === undefined) {
    return undefined;
  }
  const bytes = replicasInUse(workload) * weightBytes + cacheReadBytes(request.case.model, workload);
  return bytes / (count * device.bandwidthBytesPerSecond);
}

function cacheReadBytes(model: Model, workload: Workload): number {
  const memories = model.layers.flatMap(memoriesOf);
  const sparse = new Set(
    memories.flatMap((memory) => ('indexer' in memory && memory.indexer !== undefined ? [memory.kind] : [])),
  );
  const onOneDevice = { ...workload, tensorParallel: 1, pipelineParallel: 1, contextParallel: 1 };
  return estimate(model, onOneDevice)
    .pools.filter(({ name }) => ![...sparse].some((kind) => name.startsWith(kind)))
    .reduce((total, { bytes }) => total + bytes, 0);
}
