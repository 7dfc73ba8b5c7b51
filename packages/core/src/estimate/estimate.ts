import { checkWorkload, type Workload } from '../deployment/workload.js';
import type { Engine, Plan, PoolRule } from '../engines/contract.js';
import { ideal } from '../engines/ideal/engine.js';
import { checkModel, type Model } from '../model/model.js';
import { checkExactBytes } from '../text/exact.js';

/** Memory of one kind, over all devices. All byte counts are exact integers. */
export interface Pool {
  readonly name: string;
  /** Layers of the model that are stored in this pool. */
  readonly layers: number;
  /** Slots in each of those layers on the fullest device, over its sequences: tokens, or states of recurrent layers. */
  readonly tokens: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly stateBytes: number;
  /** Keys, values and states together. */
  readonly bytes: number;
  /** The arithmetic behind the number, one line for each kind of device. */
  readonly explanation: readonly string[];
}

/** What an engine sets aside for a model at a workload. All byte counts are exact integers. */
export interface Allocation {
  readonly engine: string;
  /** On all devices together, replicated heads counted as often as they are stored. */
  readonly totalBytes: number;
  /** On the device that holds the most. */
  readonly perDeviceBytes: number;
  /** What one more token of one sequence adds on all devices, at this context length, padding and paging aside; a
   * fraction of a byte from a compressed cache is rounded up. */
  readonly bytesPerToken: number;
  readonly pools: readonly Pool[];
  /** What a reader must know before trusting the number. */
  readonly warnings: readonly string[];
}

/**
 * The memory that a model's cache takes at a workload, on an engine.
 *
 * ```ts
 * const model = groupedQueryAttention({ embDim: 4096, nHeads: 32, nLayers: 32, nKvGroups: 4 });
 * estimate(model, { ...DEFAULT_WORKLOAD, contextLength: 131_072 }).totalBytes; // 17179869184
 * ```
 *
 * @throws InputError for a model or workload that makes no sense, that the engine cannot run, or whose size exceeds
 *   2^53 - 1 bytes.
 */
export function estimate(model: Model, workload: Workload, engine: Engine = ideal): Allocation {
  const plan = planFor(model, workload, engine);
  const { contextLength } = workload;
  const pools = mergePools(plan, contextLength);
  return {
    engine: engine.name,
    totalBytes: checkExactBytes(sum(pools.map(({ bytes }) => bytes))),
    perDeviceBytes: Math.max(...plan.ranks.map((rank) => poolBytes(rank.pools, contextLength))),
    bytesPerToken: bytesPerToken(plan, contextLength),
    pools,
    warnings: [...model.warnings, ...plan.warnings, ...contextWarnings(model, contextLength)],
  };
}

function contextWarnings({ maxPositionEmbeddings }: Model, contextLength: number): readonly string[] {
  return maxPositionEmbeddings === undefined || contextLength <= maxPositionEmbeddings
    ? []
    : [
        `A context of ${contextLength} tokens is longer than the ${maxPositionEmbeddings} that the model was made for.`,
      ];
}

/**
 * Total bytes as a function of the context length, with everything else settled, for sweeps and searches.
 *
 * @throws InputError as `estimate` does; the function that it returns does so for each length.
 */
export function totalBytesByContext(
  model: Model,
  workload: Workload,
  engine: Engine = ideal,
): (contextLength: number) => number {
  const bytesAt = bytesByContext(model, workload, engine);
  return (contextLength) => bytesAt(contextLength).total;
}

/**
 * The allocation's `perDeviceBytes` as a function of the context length, with everything else settled.
 *
 * @throws InputError as `estimate` does; the function that it returns does so for each length.
 */
export function perDeviceBytesByContext(
  model: Model,
  workload: Workload,
  engine: Engine = ideal,
): (contextLength: number) => number {
  const bytesAt = bytesByContext(model, workload, engine);
  return (contextLength) => bytesAt(contextLength).most;
}

/** Bytes on all devices together, and on the one that holds the most; a loop, since sweeps and searches spend their time here. */
function bytesByContext(
  model: Model,
  workload: Workload,
  engine: Engine,
): (contextLength: number) => { readonly total: number; readonly most: number } {
  const { ranks } = planFor(model, workload, engine);
  return (contextLength) => {
    let [total, most] = [0, 0];
    for (const { replicas, devices, pools } of ranks) {
      const bytes = poolBytes(pools, contextLength);
      total += replicas * devices * bytes;
      most = Math.max(most, bytes);
    }
    return { total: checkExactBytes(total), most };
  };
}

function planFor(model: Model, workload: Workload, engine: Engine): Plan {
  return engine.plan(checkModel(model), checkWorkload(workload));
}

function poolBytes(pools: readonly PoolRule[], contextLength: number): number {
  let bytes = 0;
  for (const pool of pools) {
    bytes += pool.tokens(contextLength) * (pool.keyBytesPerToken + pool.valueBytesPerToken) + pool.stateBytes;
  }
  return bytes;
}

function bytesPerToken({ ranks, tokenShards }: Plan, contextLength: number): number {
  let bytes = 0;
  for (const { replicas, devices, pools } of ranks) {
    for (const pool of pools) {
      if (contextLength >= (pool.growsFrom ?? 0) && contextLength < pool.growsUntil) {
        bytes +=
          (replicas * devices * (pool.keyBytesPerToken + pool.valueBytesPerToken)) / pool.tokensPerSlot;
      }
    }
  }
  return Math.ceil(bytes / tokenShards);
}

/** Pools of the same name on different devices, shown as one. */
function mergePools({ ranks }: Plan, contextLength: number): readonly Pool[] {
  const names = new Set(ranks.flatMap(({ pools }) => pools.map(({ name }) => name)));
  return [...names].map((name) => {
    const parts = ranks.flatMap(({ stage, replicas, devices, pools }) =>
      pools
        .filter((rule) => rule.name === name)
        .map((rule) => ({ stage, rule, copies: replicas * devices, tokens: rule.tokens(contextLength) })),
    );
    const keyBytes = sum(parts.map(({ rule, copies, tokens }) => copies * tokens * rule.keyBytesPerToken));
    const valueBytes = sum(
      parts.map(({ rule, copies, tokens }) => copies * tokens * rule.valueBytesPerToken),
    );
    const stateBytes = sum(parts.map(({ rule, copies }) => copies * rule.stateBytes));
    const layersOfStage = new Map(parts.map(({ stage, rule }) => [stage, rule.layers]));
    return {
      name,
      layers: sum([...layersOfStage.values()]),
      tokens: Math.max(...parts.map(({ tokens }) => tokens)),
      keyBytes,
      valueBytes,
      stateBytes,
      bytes: keyBytes + valueBytes + stateBytes,
      explanation: parts.map(({ rule, copies }) => {
        const arithmetic = rule.explain(contextLength);
        return copies === 1 ? arithmetic : `${copies} devices x (${arithmetic})`;
      }),
    };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
