import { type Layer, memoriesOf } from '../../../model/layer.js';
import type { Model } from '../../../model/model.js';
import { knowsWindowsOf } from '../architectures.js';
import type { Block, Experts } from './build.js';

/**
 * The blocks of a model of attention and feed-forward layers; undefined where a size that they need is not known, or a
 * layer is of another kind.
 */
export function blocksOf(model: Model): readonly Block[] | undefined {
  const { numAttentionHeads, intermediateSize, numExperts } = model;
  const experts = expertsOf(model);
  if (numAttentionHeads === undefined || (numExperts !== undefined && experts === undefined)) {
    return undefined;
  }
  const windows = knowsWindowsOf(model);
  const blocks = model.layers.map((layer, index): Block | undefined => {
    const attention = attentionOf(layer, model);
    const isDense = experts === undefined || index < (model.numDenseLayers ?? 0);
    if (attention === undefined || (isDense && intermediateSize === undefined)) {
      return undefined;
    }
    return {
      numAttentionHeads,
      ...attention,
      isSliding: attention.isSliding && windows,
      intermediateSize: intermediateSize ?? 0,
      ...(!isDense && { experts }),
    };
  });
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

function attentionOf(layer: Layer, { layers }: Model) {
  const [memory, ...others] = memoriesOf(layer);
  const hasCache = memory?.kind !== 'shared';
  const [owner] = memory?.kind === 'shared' ? memoriesOf(layers[memory.sharesWith] as Layer) : [memory];
  if (others.length > 0 || (owner?.kind !== 'full' && owner?.kind !== 'sliding' && owner?.kind !== 'chunked')) {
    return undefined;
  }
  const { numKeyValueHeads, keyHeadDim, valueHeadDim } = owner;
  return { numKeyValueHeads, keyHeadDim, valueHeadDim, hasCache, isSliding: owner.kind !== 'full' };
}

function expertsOf(model: Model): Experts | undefined {
  const { numExperts, numExpertsPerToken, moeIntermediateSize } = model;
  return numExperts === undefined || numExpertsPerToken === undefined || moeIntermediateSize === undefined
    ? undefined
    : {
        count: numExperts,
        used: numExpertsPerToken,
        intermediateSize: moeIntermediateSize,
        sharedIntermediateSize: model.sharedExpertIntermediateSize ?? 0,
        groups: model.numExpertGroups ?? 1,
        usedGroups: model.numExpertGroupsPerToken ?? 1,
      };
}
