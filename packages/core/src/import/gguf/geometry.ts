import type { Experts, Geometry } from '../../model/geometry.js';
import { type GgufKeys, valueAt } from './metadata.js';
import type { GgufTensor } from './weights.js';

/** The widths that a GGUF file states; the vocabulary is what its table of token embeddings has rows for. */
export function ggufGeometryOf(keys: GgufKeys, tensors: readonly GgufTensor[]): Geometry {
  const vocabSize = tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1];
  const intermediateSize = largestAt(keys, 'feed_forward_length');
  const experts = expertsOf(keys, intermediateSize);
  return {
    ...(vocabSize !== undefined && { vocabSize }),
    ...(intermediateSize !== undefined && { intermediateSize }),
    ...(experts !== undefined && { experts }),
  };
}

function expertsOf(keys: GgufKeys, intermediateSize: number | undefined): Experts | undefined {
  const numExperts = largestAt(keys, 'expert_count');
  const numExpertsPerToken = largestAt(keys, 'expert_used_count');
  const size = largestAt(keys, 'expert_feed_forward_length') ?? intermediateSize;
  return numExperts === undefined || numExpertsPerToken === undefined || size === undefined
    ? undefined
    : { numExperts, numExpertsPerToken, intermediateSize: size };
}

/** One positive integer for all layers, or the largest of one for each; undefined for anything else. */
function largestAt(keys: GgufKeys, key: string): number | undefined {
  const value = valueAt(keys, key);
  const sizes = (Array.isArray(value) ? value : [value])
    .map((size) => (typeof size === 'bigint' ? Number(size) : size))
    .filter((size): size is number => Number.isSafeInteger(size) && (size as number) > 0);
  return sizes.length === 0 ? undefined : sizes.reduce((most, size) => Math.max(most, size));
}
