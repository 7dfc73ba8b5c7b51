import type { Layer } from '../model/layer.js';

/**
 * The layers with the last `count` sharing the cache of the last earlier layer of their own kind; undefined where a kind
 * among them has no earlier layer.
 */
export function withSharedTail(layers: readonly Layer[], count: number): readonly Layer[] | undefined {
  const first = layers.length - count;
  const lastOf = new Map(layers.slice(0, Math.max(first, 0)).map((layer, index) => [layer.kind, index]));
  const shared: Layer[] = [];
  for (const [index, layer] of layers.entries()) {
    const sharesWith = index < first ? undefined : lastOf.get(layer.kind);
    if (index >= first && sharesWith === undefined) {
      return undefined;
    }
    shared.push(sharesWith === undefined ? layer : { kind: 'shared', sharesWith });
  }
  return shared;
}
