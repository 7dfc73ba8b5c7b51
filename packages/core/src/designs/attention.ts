import type { DtypeName } from '../model/dtype.js';
import type { FullLayer, LatentLayer, Layer, RecurrentLayer } from '../model/layer.js';
import { checkLayerCount, type Model } from '../model/model.js';
import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';

/** The size of a decoder, in the words of the teaching scripts: what a design is applied to. */
export interface Hyperparameters {
  /** Embedding size (`hidden_size`). */
  readonly embDim: number;
  /** Attention heads in a layer. */
  readonly nHeads: number;
  readonly nLayers: number;
  /** Elements in a head; by default `embDim / nHeads`, rounded up with a warning where it does not divide. */
  readonly headDim?: number;
  /** What recurrent states are stored in; `bf16` by default. */
  readonly dtype?: DtypeName;
}

/** a of every a + b layers use the cheaper mechanism, the other b full attention. */
export interface LayerRatio {
  readonly cheap: number;
  readonly full: number;
}

/** Multi-head attention: every head keeps its own keys and values (arXiv:1706.03762). */
export function multiHeadAttention(size: Hyperparameters): Model {
  return design('MHA', size, () => fullLayer(size, size.nHeads));
}

/** Multi-query attention: all heads share one head of keys and values (arXiv:1911.02150). */
export function multiQueryAttention(size: Hyperparameters): Model {
  return design('MQA', size, () => fullLayer(size, 1));
}

/**
 * Grouped-query attention (arXiv:2305.13245): `nKvGroups` query heads share one head of keys and values, so there
 * are `nHeads / nKvGroups` of them. 1 is MHA, `nHeads` is MQA.
 *
 * @throws InputError where `nKvGroups` does not divide `nHeads`.
 */
export function groupedQueryAttention(size: Hyperparameters & { readonly nKvGroups: number }): Model {
  const heads = keyValueHeads(size);
  return design(`GQA (n_kv_groups=${size.nKvGroups})`, size, () => fullLayer(size, heads));
}

/**
 * Multi-head latent attention: each token is one vector in each layer, `kvLoraRank` for the latent and
 * `qkRopeHeadDim` for the rotary key beside it (arXiv:2405.04434). The teaching script's `latent_dim` is a latent
 * with no rotary key.
 */
export function multiHeadLatentAttention(
  size: Hyperparameters & { readonly kvLoraRank: number; readonly qkRopeHeadDim?: number },
): Model {
  const { kvLoraRank, qkRopeHeadDim = 0 } = size;
  const layer: LatentLayer = { kind: 'latent', kvLoraRank, qkRopeHeadDim };
  const shape =
    qkRopeHeadDim === 0 ? `latent_dim=${kvLoraRank}` : `kv_lora_rank=${kvLoraRank}, rope=${qkRopeHeadDim}`;
  return design(`MLA (${shape})`, size, () => layer);
}

/** Grouped-query attention in which `swaRatio.cheap` of every layer block keep only the last `slidingWindowSize` tokens. */
export function slidingWindowAttention(
  size: Hyperparameters & {
    readonly nKvGroups: number;
    readonly slidingWindowSize: number;
    readonly swaRatio: LayerRatio;
  },
): Model {
  const { slidingWindowSize: slidingWindow, swaRatio } = size;
  const full = fullLayer(size, keyValueHeads(size));
  const sliding: Layer = { ...full, kind: 'sliding', slidingWindow };
  const base = size.nKvGroups === 1 ? 'MHA' : `GQA (n_kv_groups=${size.nKvGroups})`;
  const name = `${base} + SWA (window=${slidingWindow}, ${swaRatio.cheap}:${swaRatio.full})`;
  return design(name, size, alternate(swaRatio, sliding, full));
}

/**
 * Grouped-query attention in which `recurrentRatio.cheap` of every layer block are a linear attention with a state
 * of `nHeads x headDim x headDim` for each sequence, as in gated delta nets (arXiv:2412.06464).
 */
export function hybridRecurrentAttention(
  size: Hyperparameters & { readonly nKvGroups: number; readonly recurrentRatio: LayerRatio },
): Model {
  const { recurrentRatio } = size;
  const headDim = headDimOf(size);
  const full = fullLayer(size, keyValueHeads(size));
  const recurrent: RecurrentLayer = {
    kind: 'recurrent',
    mechanism: 'linear_attention',
    state: { shape: [size.nHeads, headDim, headDim], dtype: 'model' },
  };
  const name = `Hybrid (${recurrentRatio.cheap}:${recurrentRatio.full} recurrent)`;
  return design(name, size, alternate(recurrentRatio, recurrent, full));
}

/**
 * The ratio that `a:b` means.
 *
 * @param name what the text was given for, for the message: a flag, a field.
 * @throws InputError for anything but two non-negative integers that are not both 0.
 */
export function parseLayerRatio(text: string, name = 'the ratio'): LayerRatio {
  const match = /^(\d+):(\d+)$/.exec(text.trim());
  const [cheap, full] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || !Number.isSafeInteger(cheap + full) || cheap + full === 0) {
    throw new InputError(
      `${name} is "${text}"; it must be a:b with integers that are not both 0, such as 5:1 for 5 of every 6 layers.`,
    );
  }
  return { cheap, full };
}

/** Blocks of a cheap layers, then b full ones; a last, shorter block begins with its cheap ones. */
function alternate(
  { cheap, full }: LayerRatio,
  cheapLayer: Layer,
  otherLayer: Layer,
): (index: number) => Layer {
  checkInteger(cheap, 'the first part of the ratio', 0);
  checkInteger(full, 'the second part of the ratio', 0);
  return (index) => (index % (cheap + full) < cheap ? cheapLayer : otherLayer);
}

function design(name: string, size: Hyperparameters, layerAt: (index: number) => Layer): Model {
  const nLayers = checkLayerCount(size.nLayers);
  checkInteger(size.embDim, 'emb_dim');
  checkInteger(size.nHeads, 'n_heads');
  const headDim = headDimOf(size);
  const dtype = {
    dtype: size.dtype ?? 'bf16',
    reason: size.dtype === undefined ? 'the default' : 'as given',
  };
  return {
    id: name,
    name,
    source: 'hyperparameters',
    architecture: 'hyperparameters',
    numHiddenLayers: nLayers,
    layers: Array.from({ length: nLayers }, (_, index) => layerAt(index)),
    numAttentionHeads: size.nHeads,
    hiddenSize: size.embDim,
    dtype,
    kvCacheDtype: dtype,
    warnings:
      size.headDim === undefined && size.embDim % size.nHeads !== 0
        ? [
            `emb_dim ${size.embDim} is not divisible by n_heads ${size.nHeads}; head_dim is rounded up to ${headDim}.`,
          ]
        : [],
  };
}

function fullLayer(size: Hyperparameters, numKeyValueHeads: number): FullLayer {
  const headDim = headDimOf(size);
  return { kind: 'full', numKeyValueHeads, keyHeadDim: headDim, valueHeadDim: headDim };
}

function headDimOf({ embDim, nHeads, headDim }: Hyperparameters): number {
  return headDim ?? Math.ceil(checkInteger(embDim, 'emb_dim') / checkInteger(nHeads, 'n_heads'));
}

function keyValueHeads({
  nHeads,
  nKvGroups,
}: {
  readonly nHeads: number;
  readonly nKvGroups: number;
}): number {
  checkInteger(nKvGroups, 'n_kv_groups');
  if (nHeads % nKvGroups !== 0) {
    throw new InputError(
      `n_heads ${nHeads} is not divisible by n_kv_groups ${nKvGroups}; choose a divisor of ${nHeads}.`,
    );
  }
  return nHeads / nKvGroups;
}
