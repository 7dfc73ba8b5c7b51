import { pageBytes, type Spec } from './spec.js';

/** Caches that share one table of blocks: a block of the pool holds one page of each. */
export type Group = readonly Spec[];

/** `UniformTypeKVCacheSpecs.is_uniform_type`; latents are a kind of full attention. */
export function isOneType(specs: readonly Spec[]): boolean {
  const types = specs.map((spec) => {
    switch (spec.kind) {
      case 'full':
      case 'latent':
        return `full ${spec.blockSize}`;
      case 'recurrent':
        return `recurrent ${spec.blockSize} ${pageBytes(spec)}`;
      default:
        return `${spec.kind} ${spec.blockSize} ${spec.limit}`;
    }
  });
  return new Set(types).size === 1;
}

/** Items by key, in order of appearance. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const members = groups.get(key);
    if (members === undefined) {
      groups.set(key, [item]);
    } else {
      members.push(item);
    }
  }
  return groups;
}
