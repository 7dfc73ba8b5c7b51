import type { Layer, Memory, RecurrentLayer } from '../../model/layer.js';
import { InputError } from '../../text/errors.js';
import type { PoolRule } from '../contract.js';
import { hasSlidingPool, isDeepseekV4 } from './architectures.js';
import { deepseekV4Entries } from './deepseek-v4.js';
import { draftEntriesOf } from './draft.js';
import { type Entry, pagedEntry } from './entry.js';
import { storedMemories } from './layers.js';
import type { PoolContext } from './pool-context.js';
import { headsRow, indexerRow, latentRow, type Row } from './rows.js';
import { speculativeStateOf, stateSlotOf } from './states.js';
import type { PoolTokens } from './tokens.js';

/** What the buffers of each pool of a stage are made of. */
export function entriesOf(layers: readonly Layer[], context: PoolContext): readonly Entry[] {
  const memories = storedMemories(context.model);
  const entries = layers.flatMap((layer) =>
    memories(layer).flatMap((memory) => entriesOfMemory(memory, context)),
  );
  checkGeometry(entries, context);
  return entries;
}

function entriesOfMemory(memory: Memory, context: PoolContext): readonly Entry[] {
  const { model, settings, tokens } = context;
  if (isDeepseekV4(model) && (memory.kind === 'latent' || memory.kind === 'compressed')) {
    return deepseekV4Entries(memory, context);
  }
  const ofSlidingPool = (name: string, row: Row): Entry =>
    hasSlidingPool(model, settings)
      ? pagedEntry(name, row, tokens, ({ sliding }) => sliding, 1 / (tokens.ratio ?? 1))
      : ofFullPool('full', row);
  const ofFullPool = (name: string, row: Row): Entry => pagedEntry(name, row, tokens, ({ full }) => full, 1);
  switch (memory.kind) {
    case 'full':
      return [ofFullPool('full', headsRow(memory, context)), ...indexerEntries(memory, context)];
    case 'sliding':
      return [ofSlidingPool(`sliding(${memory.slidingWindow})`, headsRow(memory, context))];
    case 'chunked':
      return [ofSlidingPool(`chunked(${memory.attentionChunkSize})`, headsRow(memory, context))];
    case 'latent':
      return [ofFullPool('latent', latentRow(memory, context)), ...indexerEntries(memory, context)];
    case 'recurrent':
      return stateEntries(memory, context);
    case 'compressed':
    case 'cross':
    case 'shared':
    case 'none':
      return [];
  }
}

function stateEntries(memory: RecurrentLayer, context: PoolContext): readonly Entry[] {
  const { model, settings, tensorParallel, states, numSequences, speculation } = context;
  const slot = stateSlotOf(memory, model, tensorParallel, settings);
  const noTokens = { tokensPerSlot: 1, keyBytes: 0, valueBytes: 0 };
  const own: Entry = {
    ...noTokens,
    ...slot,
    pool: 'recurrent',
    slots: () => states + 1,
    rule: () => `${states} states and one for the writes of padding`,
  };
  return speculation === undefined
    ? [own]
    : [
        own,
        {
          ...noTokens,
          ...speculativeStateOf(memory, model, tensorParallel, settings, speculation),
          pool: 'speculative states',
          slots: () => numSequences + 1,
          rule: () => `${numSequences} running requests and one for the writes of padding`,
        },
      ];
}

function indexerEntries(memory: Memory, context: PoolContext): readonly Entry[] {
  const row = indexerRow(memory, context);
  return row === undefined ? [] : [pagedEntry('indexer', row, context.tokens, ({ full }) => full, 1)];
}

/** One pool has rows of one size. */
function checkGeometry(entries: readonly Entry[], { model }: PoolContext): void {
  const rows = new Map<string, string>();
  for (const { pool, arithmetic } of entries) {
    const known = rows.get(pool);
    if (
      known !== undefined &&
      known !== arithmetic &&
      pool !== 'recurrent' &&
      pool !== 'speculative states'
    ) {
      throw new InputError(
        `SGLang has one row size for all layers of a pool, but layers of ${model.name} have ${known} and ${arithmetic}; use the engine ideal.`,
      );
    }
    rows.set(pool, arithmetic);
  }
}

/** The pools of a stage, a rule for each. */
export function poolsOf(layers: readonly Layer[], context: PoolContext): readonly PoolRule[] {
  const pools = new Map<string, Entry[]>();
  for (const entry of [...entriesOf(layers, context), ...draftEntriesOf(context)]) {
    pools.set(entry.pool, [...(pools.get(entry.pool) ?? []), entry]);
  }
  const { tokens, numSequences } = context;
  const needed = (contextLength: number): PoolTokens => tokens.needed(contextLength, numSequences);
  return [...pools].map(([name, entries]) => poolOf(name, entries, needed));
}

function poolOf(
  name: string,
  entries: readonly Entry[],
  needed: (contextLength: number) => PoolTokens,
): PoolRule {
  const sum = (size: (entry: Entry) => number) => entries.reduce((total, entry) => total + size(entry), 0);
  const slots = (contextLength: number) => entries[0]?.slots(needed(contextLength)) ?? 0;
  const stateBytes = sum((entry) => entry.convolutionBytes + entry.stateBytes);
  return {
    name,
    layers: entries.length,
    tokens: slots,
    tokensPerSlot: entries[0]?.tokensPerSlot ?? 1,
    keyBytesPerToken: sum(({ keyBytes }) => keyBytes),
    valueBytesPerToken: sum(({ valueBytes }) => valueBytes),
    stateBytes: stateBytes === 0 ? 0 : slots(1) * stateBytes,
    growsUntil: stateBytes === 0 ? Infinity : 0,
    explain: (contextLength) => {
      const counts = new Map<string, number>();
      for (const { arithmetic } of entries) {
        counts.set(arithmetic, (counts.get(arithmetic) ?? 0) + 1);
      }
      const products = [...counts].map(
        ([arithmetic, layers]) => `${layers} layers x ${slots(contextLength)} slots x ${arithmetic}`,
      );
      return `${products.join(' + ')}; slots: ${entries[0]?.rule(needed(contextLength)) ?? ''}`;
    },
  };
}
