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
    const attention = attentionOf(layer, model) ?? latentOf(layer, model) ?? deltaNetOf(layer);
    const isDense = experts === undefined || index < (model.numDenseLayers ?? 0);
    if (attention === undefined || (isDense && intermediateSize === undefined)) {
      return undefined;
    }
    return {
      numAttentionHeads,
      ...attention,
      isSliding: attention.isSliding && windows,
      intermediateSize: model.intermediateSizes?.[index] ?? intermediateSize ?? 0,
      ...(!isDense && { experts }),
    };
  });
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

/**
 * Blocks of the usual form that stand in for those of another kind: plain attention of the model's heads in each layer.
 * Undefined where heads or the hidden size are not known.
 */
export function similarBlocksOf(model: Model): readonly Block[] | undefined {
  const { numAttentionHeads, hiddenSize, intermediateSize } = model;
  if (numAttentionHeads === undefined || hiddenSize === undefined) {
    return undefined;
  }
  const experts = expertsOf(model);
  const headDim = Math.max(1, Math.floor(hiddenSize / numAttentionHeads));
  return model.layers.map((layer, index) => ({
    numAttentionHeads,
    numKeyValueHeads: numAttentionHeads,
    keyHeadDim: headDim,
    valueHeadDim: headDim,
    hasCache: true,
    isSliding: false,
    ...attentionOf(layer, model),
    intermediateSize: model.intermediateSizes?.[index] ?? intermediateSize ?? 4 * hiddenSize,
    ...(experts !== undefined && index >= (model.numDenseLayers ?? 0) && { experts }),
  }));
}

function attentionOf(layer: Layer, { layers }: Model) {
  const [memory, ...others] = memoriesOf(layer);
  const hasCache = memory?.kind !== 'shared';
  const [owner] = memory?.kind === 'shared' ? memoriesOf(layers[memory.sharesWith] as Layer) : [memory];
  if (
    others.length > 0 ||
    (owner?.kind !== 'full' && owner?.kind !== 'sliding' && owner?.kind !== 'chunked')
  ) {
    return undefined;
  }
  const { numKeyValueHeads, keyHeadDim, valueHeadDim } = owner;
  return {
    ...{ numKeyValueHeads, keyHeadDim, valueHeadDim, hasCache },
    ...(memory?.kind === 'shared' && { sharesWith: memory.sharesWith }),
    isSliding: owner.kind !== 'full',
  };
}

/** A latent is cached as keys of one head, of which the first elements are values too. */
function latentOf(layer: Layer, { qLoraRank }: Model) {
  const [memory, ...others] = memoriesOf(layer);
  if (
    others.length > 0 ||
    memory?.kind !== 'latent' ||
    memory.expanded === undefined ||
    memory.indexer !== undefined
  ) {
    return undefined;
  }
  const { kvLoraRank, qkRopeHeadDim, expanded, slidingWindow } = memory;
  return {
    numKeyValueHeads: 1,
    keyHeadDim: kvLoraRank + qkRopeHeadDim,
    valueHeadDim: kvLoraRank,
    hasCache: true,
    isSliding: slidingWindow !== undefined,
    latent: {
      kvLoraRank,
      qkRopeHeadDim,
      qkNopeHeadDim: expanded.qkNopeHeadDim,
      vHeadDim: expanded.vHeadDim,
      qLoraRank,
    },
  };
}

/** The heads of a gated delta net follow from its state and the channels of its convolution. */
function deltaNetOf(layer: Layer) {
  const [memory, ...others] = memoriesOf(layer);
  if (others.length > 0 || memory?.kind !== 'recurrent' || memory.mechanism !== 'gated_delta_net') {
    return undefined;
  }
  const { convolution, state } = memory;
  const [valueHeads, headDim] = state?.shape ?? [];
  if (convolution === undefined || valueHeads === undefined || headDim === undefined) {
    return undefined;
  }
  return {
    numKeyValueHeads: 0,
    keyHeadDim: 0,
    valueHeadDim: 0,
    hasCache: false,
    isSliding: false,
    deltaNet: {
      keyHeads: (convolution.channels / headDim - valueHeads) / 2,
      valueHeads,
      headDim,
      kernelSize: convolution.kernelSize,
    },
  };
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
