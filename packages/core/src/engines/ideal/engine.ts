import { replicasInUse, shardsOf } from '../../deployment/shards.js';
import type { Workload } from '../../deployment/workload.js';
import { dtypeOf, rowBytes } from '../../model/dtype.js';
import {
  type CompressedLayer,
  type FullLayer,
  type LatentLayer,
  type Memory,
  memoriesOf,
  type RecurrentLayer,
} from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { remember } from '../../model/remember.js';
import { ceilDiv } from '../../text/exact.js';
import type { Engine } from '../contract.js';
import {
  type Entry,
  everyEntry,
  everyToken,
  fixedSlots,
  keysAndValues,
  lastTokens,
  poolsOfEntries,
  type SlotSizes,
  type Slots,
  vector,
} from '../entries.js';

/**
 * The theory: what papers count. Every layer keeps exactly what attention can still reach, with no padding and no
 * paging; a row of one token's keys in one layer is stored in whole dtype blocks.
 *
 * - `full`: every token. `sliding` and `chunked`: the last window or one chunk.
 * - `latent`: one vector of `kvLoraRank + qkRopeHeadDim` a token, counted as keys (DeepSeek-V2, arXiv:2405.04434,
 *   table 1); an indexer's keys are stored in the key dtype.
 * - `compressed`: one entry for every `compressRatio` whole tokens.
 * - `recurrent`: the last `kernelSize - 1` inputs of the convolution and the state, for each sequence.
 * - `cross`: `encoderTokens` a sequence. `shared` and `none`: nothing.
 *
 * Under tensor parallelism heads are split, with at least one on each device; a latent vector has one head and is
 * kept by every device.
 */
export const ideal: Engine = {
  name: 'ideal',
  plan: (model, workload) => {
    const entries = remember((memory: Memory) => entriesOf(memory, model, workload));
    return {
      tokenShards: replicasInUse(workload) * workload.contextParallel,
      ranks: shardsOf(model, workload).map(({ stage, replicas, devices, layers, numSequences }) => ({
        stage,
        replicas,
        devices,
        pools: poolsOfEntries(
          layers.flatMap(memoriesOf).flatMap(entries),
          numSequences,
          workload.contextParallel,
        ),
      })),
      warnings: [],
    };
  },
};

function entriesOf(memory: Memory, model: Model, workload: Workload): readonly Entry[] {
  switch (memory.kind) {
    case 'full':
      return [
        { ...everyToken('full'), ...keysAndValues(memory, workload) },
        ...indexerOf(memory, everyToken('indexer'), workload),
      ];
    case 'sliding':
      return [{ ...lastTokens('sliding', memory.slidingWindow), ...keysAndValues(memory, workload) }];
    case 'chunked':
      return [{ ...lastTokens('chunked', memory.attentionChunkSize), ...keysAndValues(memory, workload) }];
    case 'cross':
      return [
        {
          ...fixedSlots(`cross(${memory.encoderTokens})`, memory.encoderTokens),
          ...keysAndValues(memory, workload),
        },
      ];
    case 'latent': {
      const { slidingWindow } = memory;
      const slots = slidingWindow === undefined ? everyToken('latent') : lastTokens('latent', slidingWindow);
      const latent = { ...slots, ...vector(memory.kvLoraRank + memory.qkRopeHeadDim, workload) };
      return [latent, ...indexerOf(memory, everyToken('indexer'), workload)];
    }
    case 'compressed': {
      const { compressRatio } = memory;
      const entries = { ...everyEntry('compressed', compressRatio), ...vector(memory.headDim, workload) };
      return [entries, ...indexerOf(memory, everyEntry('indexer', compressRatio), workload)];
    }
    case 'recurrent':
      return [{ ...fixedSlots('recurrent', 1), ...recurrentState(memory, model, workload) }];
    case 'shared':
    case 'none':
      return [];
  }
}

function indexerOf(
  { indexer }: FullLayer | LatentLayer | CompressedLayer,
  slots: Slots,
  workload: Workload,
): readonly Entry[] {
  return indexer === undefined ? [] : [{ ...slots, ...vector(indexer.indexHeadDim, workload) }];
}

function recurrentState(memory: RecurrentLayer, model: Model, workload: Workload): SlotSizes {
  const modelDtype = model.dtype.dtype;
  const parts: string[] = [];
  let stateBytes = 0;
  if (memory.convolution !== undefined) {
    const channels = ceilDiv(memory.convolution.channels, workload.tensorParallel);
    const columns = memory.convolution.kernelSize - 1;
    const dtype = memory.convolution.dtype ?? modelDtype;
    stateBytes += rowBytes(dtypeOf(dtype), channels * columns);
    parts.push(`${channels} x ${columns} ${dtype}`);
  }
  if (memory.state !== undefined) {
    const [split = 1, ...rest] = memory.state.shape;
    const shape = [ceilDiv(split, workload.tensorParallel), ...rest];
    const dtype = memory.state.dtype === 'model' ? modelDtype : memory.state.dtype;
    stateBytes += rowBytes(
      dtypeOf(dtype),
      shape.reduce((product, size) => product * size, 1),
    );
    parts.push(`${shape.join(' x ')} ${dtype}`);
  }
  return {
    keyBytes: 0,
    valueBytes: 0,
    stateBytes,
    arithmetic: `(${parts.join(' + ')})`,
  };
}
