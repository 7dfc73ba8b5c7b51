import type { PoolRule } from '../contract.js';
import type { BlockLayout, StageLayout } from './layout.js';
import type { RequestRules } from './requests.js';
import { pageBytes, type Spec } from './spec.js';

/** What the groups of a stage hold of one kind of cache. */
interface Share {
  readonly spec: Spec;
  readonly layers: number;
  /** Bytes of keys and values in the blocks of one request that its groups take at the same time. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly blocks: (contextLength: number) => number;
  readonly arithmetic: string;
}

/**
 * The blocks that requests take of a stage's pool, a pool rule for each kind of cache. A slot is a token where a
 * token has a whole number of bytes, else a block. Layers that fill a group up, and padding of pages, are divided into
 * keys and values as what they lie beside is; beside states they are states.
 */
export function poolsOf(layout: BlockLayout, stage: StageLayout, numSequences: number): readonly PoolRule[] {
  const pools = new Map<string, Share[]>();
  layout.groups.forEach((group, index) => {
    const own = stage.groups[index] ?? [];
    for (const share of sharesOf(group, own, stage.blockBytes, layout)) {
      const key = `${share.spec.pool} ${share.spec.blockSize}`;
      pools.set(key, [...(pools.get(key) ?? []), share]);
    }
  });
  const names = new Set<string>();
  return [...pools.values()].flatMap((shares) => {
    const [first] = shares;
    if (first === undefined) {
      return [];
    }
    const { pool, blockSize } = first.spec;
    const name = names.has(pool) ? `${pool}, blocks of ${blockSize}` : pool;
    names.add(name);
    return [poolOf(name, first, shares, numSequences, layout.rules)];
  });
}

/** A group has one kind of cache, or several of one type without padding, such as latents and indexers. */
function sharesOf(
  group: readonly Spec[],
  own: readonly Spec[],
  blockBytes: number,
  { blocksOfGroup }: BlockLayout,
): readonly Share[] {
  const [first] = group;
  if (first === undefined || blockBytes === 0) {
    return [];
  }
  const blocks = (contextLength: number) => blocksOfGroup(group, contextLength);
  const kinds = new Map<string, Spec[]>(own.length === 0 ? [[first.pool, []]] : []);
  for (const spec of own) {
    kinds.set(spec.pool, [...(kinds.get(spec.pool) ?? []), spec]);
  }
  let rest = blockBytes - sum(own, pageBytes);
  return [...kinds.values()].map((specs) => {
    const spec = specs[0] ?? first;
    const padding = rest;
    rest = 0;
    const keys = sum(specs, ({ keyBytes, blockSize }) => keyBytes * blockSize);
    const values = sum(specs, ({ valueBytes, blockSize }) => valueBytes * blockSize);
    const allPadding = sum(specs, pageBytes) + padding - keys - values;
    const paddedValues = Math.floor(allPadding * shareOfValues(specs.length === 0 ? [first] : specs));
    return {
      spec,
      layers: specs.length,
      keyBytes: keys + allPadding - paddedValues,
      valueBytes: values + paddedValues,
      blocks,
      arithmetic: arithmeticOf(specs, padding),
    };
  });
}

/** The part of a token's bytes that are values, from 0 to 1; states have none. */
function shareOfValues(specs: readonly Spec[]): number {
  const values = sum(specs, ({ valueBytes }) => valueBytes);
  const bytes = values + sum(specs, ({ keyBytes }) => keyBytes);
  return bytes === 0 ? 0 : values / bytes;
}

function arithmeticOf(specs: readonly Spec[], padding: number): string {
  const counts = new Map<string, number>();
  for (const spec of specs) {
    const padded = spec.paddedPageBytes === undefined ? '' : ` padded to ${spec.paddedPageBytes} bytes`;
    const one =
      spec.kind === 'recurrent'
        ? `${spec.geometry}${padded}`
        : `${spec.blockSize} tokens x ${spec.geometry}${padded}`;
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return [
    ...[...counts].map(([one, layers]) => `${layers} layers x ${one}`),
    ...(padding === 0 ? [] : [`${padding} bytes of padding`]),
  ].join(' + ');
}

function poolOf(
  name: string,
  first: Share,
  shares: readonly Share[],
  numSequences: number,
  rules: RequestRules,
): PoolRule {
  const { spec, blocks } = first;
  const layers = sum(shares, (share) => share.layers);
  const keyBytes = sum(shares, (share) => share.keyBytes);
  const valueBytes = sum(shares, (share) => share.valueBytes);
  const explain = (contextLength: number) => {
    const counts = new Map<string, number>();
    for (const { arithmetic } of shares) {
      counts.set(arithmetic, (counts.get(arithmetic) ?? 0) + 1);
    }
    const groups = [...counts].map(([one, count]) =>
      count === 1 ? `(${one})` : `${count} groups x (${one})`,
    );
    return `${numSequences === 1 ? '' : `${numSequences} sequences x `}${blocks(contextLength)} blocks x ${groups.length === 1 ? groups[0] : `(${groups.join(' + ')})`}; ${rules.explain(spec, contextLength)}`;
  };
  if (spec.kind === 'recurrent' && rules.growsUntil(spec) === 0) {
    const states = numSequences * blocks(1);
    return {
      name,
      layers,
      tokens: () => states,
      tokensPerSlot: 1,
      keyBytesPerToken: 0,
      valueBytesPerToken: 0,
      stateBytes: states * (keyBytes + valueBytes),
      growsUntil: 0,
      explain,
    };
  }
  const slotsInBlock =
    keyBytes % spec.blockSize === 0 && valueBytes % spec.blockSize === 0 ? spec.blockSize : 1;
  return {
    name,
    layers,
    tokens: (contextLength) => numSequences * blocks(contextLength) * slotsInBlock,
    tokensPerSlot: spec.blockSize / slotsInBlock,
    keyBytesPerToken: keyBytes / slotsInBlock,
    valueBytesPerToken: valueBytes / slotsInBlock,
    stateBytes: 0,
    growsUntil: rules.growsUntil(spec),
    explain,
  };
}

function sum<Item>(items: readonly Item[], size: (item: Item) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}
