import type { Workload } from '../deployment/workload.js';
import { dtypeOf, rowBytes } from '../model/dtype.js';
import type { KeyValueHeads } from '../model/layer.js';
import { ceilDiv } from '../text/exact.js';
import type { PoolRule } from './contract.js';

/** Slots of one kind in one layer: which pool they belong to and how many there are. */
export interface Slots {
  /** Layers of the same pool hold the same number of slots. */
  readonly pool: string;
  /** Slots of one sequence at a context length. */
  readonly slots: (contextLength: number) => number;
  readonly growsUntil: number;
  readonly tokensPerSlot: number;
}

/** Bytes of one slot in one layer, and how they come about. */
export interface SlotSizes {
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Bytes of one sequence that do not depend on the slots. */
  readonly stateBytes: number;
  readonly arithmetic: string;
}

/** What one layer adds to a pool. */
export type Entry = Slots & SlotSizes;

/** A slot for every token. */
export function everyToken(pool: string): Slots {
  return { pool, slots: (contextLength) => contextLength, growsUntil: Infinity, tokensPerSlot: 1 };
}

/** A slot for each of the last `limit` tokens. */
export function lastTokens(kind: string, limit: number): Slots {
  return {
    pool: `${kind}(${limit})`,
    slots: (contextLength) => Math.min(contextLength, limit),
    growsUntil: limit,
    tokensPerSlot: 1,
  };
}

/** A slot for every `ratio` whole tokens. */
export function everyEntry(kind: string, ratio: number): Slots {
  return {
    pool: `${kind}(1/${ratio})`,
    slots: (contextLength) => Math.floor(contextLength / ratio),
    growsUntil: Infinity,
    tokensPerSlot: ratio,
  };
}

/** As many slots at any context length. */
export function fixedSlots(pool: string, slots: number): Slots {
  return { pool, slots: () => slots, growsUntil: 0, tokensPerSlot: 1 };
}

/** A token's keys and values, of the heads that one device has. */
export function keysAndValues(heads: KeyValueHeads, workload: Workload): SlotSizes {
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
export function vector(elements: number, { keyDtype }: Workload): SlotSizes {
  return {
    keyBytes: rowBytes(dtypeOf(keyDtype), elements),
    valueBytes: 0,
    stateBytes: 0,
    arithmetic: `${elements} ${keyDtype}`,
  };
}

/** A pool for each name among the entries, in order of appearance, for sequences whose tokens are split over devices. */
export function poolsOfEntries(
  entries: readonly Entry[],
  numSequences: number,
  contextParallel: number,
): readonly PoolRule[] {
  const pools = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = pools.get(entry.pool);
    if (group === undefined) {
      pools.set(entry.pool, [entry]);
    } else {
      group.push(entry);
    }
  }
  return [...pools.values()].flatMap((group) => poolOf(group, numSequences, contextParallel));
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
