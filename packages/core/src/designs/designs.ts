import type { Model } from '../model/model.js';
import {
  groupedQueryAttention,
  type Hyperparameters,
  hybridRecurrentAttention,
  type LayerRatio,
  multiHeadAttention,
  multiHeadLatentAttention,
  slidingWindowAttention,
} from './attention.js';
import { SEED_TITLE } from './seed-title.js';

/** Which designs to draw for one size of decoder: the teaching scripts' knobs. */
export interface DesignKnobs extends Hyperparameters {
  /** Query heads that share a head of keys and values; one GQA design for each. */
  readonly nKvGroups: readonly number[];
  /** Elements of an MLA latent: one MLA design where it is set. */
  readonly kvLoraRank?: number;
  /** Elements of the rotary key beside the latent. */
  readonly qkRopeHeadDim?: number;
  /** Tokens in a sliding window: sliding designs of MHA and of each GQA where it is set. */
  readonly slidingWindowSize?: number;
  /** Sliding to full layers; by default all slide. */
  readonly swaRatio?: LayerRatio;
  /** Recurrent to full layers: a hybrid design where it is set. */
  readonly recurrentRatio?: LayerRatio;
}

/** The kind of a design, as the teaching scripts name it. */
export type DesignKind = 'mha' | 'gqa' | 'mla' | 'mha_swa' | 'gqa_swa' | 'hybrid';

/** A design to compare: what it is, how it is called in a figure, and its model. */
export interface Design {
  readonly kind: DesignKind;
  readonly label: string;
  readonly model: Model;
}

/**
 * MHA, then every other design that the knobs ask for. Labels are the teaching script's.
 *
 * Source of the labels: rasbt/LLMs-from-scratch, `ch04/04_gqa/plot_memory_estimates_gqa.py`, commit 28c65cd.
 *
 * @throws InputError for sizes that make no sense together.
 */
export function designs(knobs: DesignKnobs): readonly Design[] {
  const { nKvGroups, kvLoraRank, qkRopeHeadDim, slidingWindowSize, recurrentRatio } = knobs;
  const swaRatio = knobs.swaRatio ?? { cheap: 1, full: 0 };
  const mha = multiHeadAttention(knobs);
  const all: Design[] = [{ kind: 'mha', label: 'MHA (KV total)', model: mha }];
  for (const groups of nKvGroups) {
    const model = groupedQueryAttention({ ...knobs, nKvGroups: groups });
    all.push({ kind: 'gqa', label: `GQA (n_kv_groups=${groups}, ${groups.toFixed(1)}× compression)`, model });
  }
  if (kvLoraRank !== undefined) {
    const rope = qkRopeHeadDim ?? 0;
    const model = multiHeadLatentAttention({ ...knobs, kvLoraRank, qkRopeHeadDim: rope });
    const compression = elementsPerToken(mha) / (kvLoraRank + rope);
    const size =
      rope === 0 ? `latent_dim=${kvLoraRank}` : `kv_lora_rank=${kvLoraRank}, qk_rope_head_dim=${rope}`;
    all.push({ kind: 'mla', label: `MLA (${size}, ${compression.toFixed(1)}× compression)`, model });
  }
  if (slidingWindowSize !== undefined) {
    const sliding = { ...knobs, slidingWindowSize, swaRatio };
    const shape = `SWA (window=${slidingWindowSize}, ${swaRatio.cheap}:${swaRatio.full})`;
    const model = slidingWindowAttention({ ...sliding, nKvGroups: 1 });
    all.push({ kind: 'mha_swa', label: `MHA + ${shape}`, model });
    for (const groups of nKvGroups) {
      const model = slidingWindowAttention({ ...sliding, nKvGroups: groups });
      all.push({ kind: 'gqa_swa', label: `GQA (n_kv_groups=${groups}) + ${shape}`, model });
    }
  }
  if (recurrentRatio !== undefined) {
    for (const groups of nKvGroups.length === 0 ? [1] : nKvGroups) {
      const model = hybridRecurrentAttention({ ...knobs, recurrentRatio, nKvGroups: groups });
      all.push({ kind: 'hybrid', label: model.name, model });
    }
  }
  return all;
}

/** The title of a figure of designs: the teaching script's where they are of its kinds. */
export function designsTitle(kinds: readonly (DesignKind | undefined)[]): string {
  return kinds.every((kind) => kind === 'mha' || kind === 'gqa') ? SEED_TITLE : 'KV-cache vs Context Length';
}

/** The designs that the teaching script draws, of a decoder of about 2.4 billion parameters. */
export const SEED_KNOBS = {
  embDim: 2048,
  nHeads: 24,
  nLayers: 48,
  nKvGroups: [4, 8, 12, 24],
} as const satisfies DesignKnobs;

/** The context lengths that the teaching script draws. */
export const SEED_CONTEXT_RANGE = { minimum: 256, maximum: 131_072 } as const;

function elementsPerToken(model: Model): number {
  const [layer] = model.layers;
  return layer?.kind === 'full' ? layer.numKeyValueHeads * (layer.keyHeadDim + layer.valueHeadDim) : 0;
}
