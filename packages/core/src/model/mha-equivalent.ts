import { type FullLayer, type Layer, type Memory, memoriesOf } from './layer.js';
import type { Model } from './model.js';

/**
 * The same model with plain multi-head attention in every layer that remembers its context: as many heads of keys and
 * values as the layer has heads of queries (arXiv:1706.03762), every token kept. It is what the savings of grouped,
 * latent, sliding and recurrent layers are measured against.
 *
 * Heads keep their size: that of the layer's own heads, of a latent's expanded heads, else
 * `hiddenSize / numAttentionHeads`, rounded up. Layers that share a cache get one of their own; layers without
 * attention or state stay empty, and cross attention stays as it is.
 *
 * @returns undefined where the number of heads of queries is not known.
 */
export function multiHeadEquivalent(model: Model): Model | undefined {
  const { numAttentionHeads, hiddenSize } = model;
  if (numAttentionHeads === undefined) {
    return undefined;
  }
  const usual = model.layers.flatMap(memoriesOf).map(headSizes).find(isKnown);
  const derived = hiddenSize === undefined ? undefined : Math.ceil(hiddenSize / numAttentionHeads);
  const fallback =
    usual ?? (derived === undefined ? undefined : { keyHeadDim: derived, valueHeadDim: derived });
  const layers = model.layers.map((layer) => multiHeadLayer(layer, numAttentionHeads, fallback));
  return layers.every(isKnown) ? { ...model, layers } : undefined;
}

type HeadSizes = Pick<FullLayer, 'keyHeadDim' | 'valueHeadDim'>;

function multiHeadLayer(
  layer: Layer,
  numAttentionHeads: number,
  fallback: HeadSizes | undefined,
): Layer | undefined {
  const parts = memoriesOf(layer);
  const cross = parts.filter(({ kind }) => kind === 'cross');
  const own = parts.filter(({ kind }) => kind !== 'cross' && kind !== 'none');
  if (own.length === 0) {
    return layer;
  }
  const sizes = own.map(headSizes).find(isKnown) ?? fallback;
  if (sizes === undefined) {
    return undefined;
  }
  const expandedHeads = own.map((part) =>
    part.kind === 'latent' ? part.expanded?.numAttentionHeads : undefined,
  );
  const numKeyValueHeads = expandedHeads.find(isKnown) ?? numAttentionHeads;
  const full: FullLayer = { kind: 'full', numKeyValueHeads, ...sizes };
  return cross.length === 0 ? full : { kind: 'composite', parts: [full, ...cross] };
}

function headSizes(memory: Memory): HeadSizes | undefined {
  switch (memory.kind) {
    case 'full':
    case 'sliding':
    case 'chunked':
      return { keyHeadDim: memory.keyHeadDim, valueHeadDim: memory.valueHeadDim };
    case 'latent':
      return memory.expanded === undefined
        ? undefined
        : {
            keyHeadDim: memory.expanded.qkNopeHeadDim + memory.qkRopeHeadDim,
            valueHeadDim: memory.expanded.vHeadDim,
          };
    default:
      return undefined;
  }
}

function isKnown<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
