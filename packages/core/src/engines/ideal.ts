import { dtypeOf, rowBytes } from '../dtype.js';
import type { Engine, PoolRule } from '../engine.js';
import { ceilDiv } from '../exact.js';
import {
  type CompressedLayer,
  type FullLayer,
  type KeyValueHeads,
  type LatentLayer,
  type Layer,
  type Memory,
  memoriesOf,
  type RecurrentLayer,
} from '../layer.js';
import type { Model } from '../model.js';
import { replicasInUse, shardsOf } from '../parallel.js';
import type { Workload } from '../workload.js';

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
  plan: (model, workload) => ({
    tokenShards: replicasInUse(workload) * workload.contextParallel,
    ranks: shardsOf(model, workload).map(({ stage, replicas, devices, layers, numSequences }) => ({
      stage,
      replicas,
      devices,
      pools: poolsOf(layers, numSequences, model, workload),
    })),
    warnings: [],
  }),
};

/** What one layer adds to a pool. Layers of the same pool hold the same number of slots. */
interface Entry {
  readonly pool: string;
  /** Slots of one sequence at a context length. */
  readonly slots: (contextLength: number) => number;
  readonly growsUntil: number;
  readonly tokensPerSlot: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly stateBytes: number;
  readonly arithmetic: string;
}

function poolsOf(
  layers: readonly Layer[],
  numSequences: number,
  model: Model,
  workload: Workload,
): readonly PoolRule[] {
  const pools = new Map<string, Entry[]>();
  for (const layer of layers) {
    for (const memory of memoriesOf(layer)) {
      for (const entry of entriesOf(memory, model, workload)) {
        pools.set(entry.pool, [...(pools.get(entry.pool) ?? []), entry]);
      }
    }
  }
  return [...pools.values()].flatMap((entries) => poolOf(entries, numSequences, workload.contextParallel));
}

function poolOf(
  entries: readonly Entry[],
  numSequences: number,
  contextParallel: number,
): readonly PoolRule[] {
  const [first] = entries;
  if (first === undefined) {
    return [];
  }
  const sum = (size: (entry: Entry) => number) => entries.reduce((total, entry) => total + size(entry), 0);
  const tokens = (contextLength: number) =>
    numSequences * ceilDiv(first.slots(contextLength), contextParallel);
  return [
    {
      name: first.pool,
      layers: entries.length,
      tokens,
      keyBytesPerToken: sum(({ keyBytes }) => keyBytes),
      valueBytesPerToken: sum(({ valueBytes }) => valueBytes),
      stateBytes: numSequences * sum(({ stateBytes }) => stateBytes),
      growsUntil: first.growsUntil,
      tokensPerSlot: first.tokensPerSlot,
      explain: (contextLength) => explain(entries, tokens(contextLength)),
    },
  ];
}

function explain(entries: readonly Entry[], slots: number): string {
  const counts = new Map<string, number>();
  for (const { arithmetic } of entries) {
    counts.set(arithmetic, (counts.get(arithmetic) ?? 0) + 1);
  }
  return [...counts].map(([arithmetic, layers]) => `${layers} layers x ${slots} x ${arithmetic}`).join(' + ');
}

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

type Slots = Pick<Entry, 'pool' | 'slots' | 'growsUntil' | 'tokensPerSlot'>;
type Sizes = Omit<Entry, keyof Slots>;

function everyToken(pool: string): Slots {
  return { pool, slots: (contextLength) => contextLength, growsUntil: Infinity, tokensPerSlot: 1 };
}

function lastTokens(kind: string, limit: number): Slots {
  return {
    pool: `${kind}(${limit})`,
    slots: (contextLength) => Math.min(contextLength, limit),
    growsUntil: limit,
    tokensPerSlot: 1,
  };
}

/** One slot for every `ratio` whole tokens. */
function everyEntry(kind: string, ratio: number): Slots {
  return {
    pool: `${kind}(1/${ratio})`,
    slots: (contextLength) => Math.floor(contextLength / ratio),
    growsUntil: Infinity,
    tokensPerSlot: ratio,
  };
}

function fixedSlots(pool: string, slots: number): Slots {
  return { pool, slots: () => slots, growsUntil: 0, tokensPerSlot: 1 };
}

function keysAndValues(heads: KeyValueHeads, workload: Workload): Sizes {
  const headsHere = ceilDiv(heads.numKeyValueHeads, workload.tensorParallel);
  const { keyDtype, valueDtype } = workload;
  return {
    keyBytes: rowBytes(dtypeOf(keyDtype), headsHere * heads.keyHeadDim),
    valueBytes: rowBytes(dtypeOf(valueDtype), headsHere * heads.valueHeadDim),
    stateBytes: 0,
    arithmetic: `${headsHere} KV heads x (${heads.keyHeadDim} ${keyDtype} + ${heads.valueHeadDim} ${valueDtype})`,
  };
}

/** One vector a slot with no heads to split, so every tensor-parallel device keeps it whole. */
function vector(elements: number, { keyDtype }: Workload): Sizes {
  return {
    keyBytes: rowBytes(dtypeOf(keyDtype), elements),
    valueBytes: 0,
    stateBytes: 0,
    arithmetic: `${elements} ${keyDtype}`,
  };
}

function indexerOf(
  { indexer }: FullLayer | LatentLayer | CompressedLayer,
  slots: Slots,
  workload: Workload,
): readonly Entry[] {
  return indexer === undefined ? [] : [{ ...slots, ...vector(indexer.indexHeadDim, workload) }];
}

function recurrentState(memory: RecurrentLayer, model: Model, workload: Workload): Sizes {
  const modelDtype = model.dtype.dtype;
  const parts: string[] = [];
  let stateBytes = 0;
  if (memory.convolution !== undefined) {
    const channels = ceilDiv(memory.convolution.channels, workload.tensorParallel);
    const columns = memory.convolution.kernelSize - 1;
    stateBytes += rowBytes(dtypeOf(modelDtype), channels * columns);
    parts.push(`${channels} x ${columns} ${modelDtype}`);
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
