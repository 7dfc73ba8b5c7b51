import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import { isDeepseekV4 } from './deepseek-v4.js';
import type { VllmFacts } from './facts.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import { pageBytes, type Spec } from './spec.js';
import { type Group, groupBy, isOneType } from './spec-groups.js';

/** How groups with pages of several sizes lie in a block; undefined for models whose pages are of one size. */
export function packingOf(model: Model, settings: VllmSettings): VllmFacts['deepseekV4Blocks'] | undefined {
  return isDeepseekV4(model) ? factsOf(settings).deepseekV4Blocks : undefined;
}

/**
 * The groups of DeepSeek-V4, whose pages stay of several sizes.
 *
 * @throws InputError for a model whose groups are not known here.
 */
export function packedGroupsOf(
  specs: readonly Spec[],
  model: Model,
  settings: VllmSettings,
): readonly Group[] {
  return packingOf(model, settings) === 'patterns'
    ? patternedGroupsOf(specs, model)
    : tupledGroupsOf(specs, model, settings);
}

/**
 * Before 0.29: latents are one group; windows of the same size and blocks are dealt to groups of as many layers, that which
 * leaves the least unfilled but is at least that of the most frequent page of latents. Before 0.27 pages of windows are
 * padded to the next of latents.
 *
 * Source: vllm-project/vllm v0.28.0, v0.27.0, v0.26.0 and v0.20.0, `vllm/v1/core/kv_cache_utils.py`
 * (`group_and_unify_kv_cache_specs`, `_get_kv_cache_groups_uniform_groups`).
 */
function tupledGroupsOf(specs: readonly Spec[], model: Model, settings: VllmSettings): readonly Group[] {
  const latents = specs.filter(({ kind }) => kind === 'latent');
  const pages = latents.map(pageBytes);
  const buckets = bucketsOf(specs.filter(({ kind }) => kind !== 'latent'));
  if (latents.length === 0) {
    throw new InputError(
      `${model.name} has no compressed layers, by which vLLM's groups are known here; use the engine ideal.`,
    );
  }
  const ofGroup = bestDivisor([latents, ...buckets].map(mostOfOneSize), mostOfOneSize(latents));
  const windows = buckets.flatMap((bucket) => {
    const padded =
      packingOf(model, settings) === 'slabs' ? bucket : bucket.map((spec) => paddedTo(pages, spec, model));
    const sizes = [...groupBy(padded, pageBytes).values()];
    const repeats = mostOfOneSize(padded);
    if (sizes.some(({ length }) => length !== repeats)) {
      throw new InputError(
        `vLLM cannot run ${model.name} in this release: its windows of one kind have pages of sizes that do not go together.`,
      );
    }
    return dealt(sizes, repeats, ceilDiv(repeats, ofGroup));
  });
  return [latents, ...windows];
}

function paddedTo(pages: readonly number[], spec: Spec, { name }: Model): Spec {
  const page = pageBytes(spec);
  const next = Math.min(...pages.filter((bytes) => bytes >= page));
  if (next === Infinity) {
    throw new InputError(
      `vLLM cannot run ${name} in this release: a window has blocks of ${page} bytes, larger than those of its latents.`,
    );
  }
  return next === page ? spec : { ...spec, paddedPageBytes: next };
}

/**
 * Since 0.29: groups whose pages lie side by side in a block, which is as large as the largest group. Caches of one type are a
 * bucket. A bucket with as many caches of each page size is a pattern that repeats; such buckets are dealt to groups of
 * the same number of repeats, the one that leaves the least unfilled but is at least that of a bucket of several page
 * sizes.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/core/kv_cache_planning.py` (`_get_packed_kv_cache_groups`), which differs
 * in nothing of this since 0.29.
 *
 * @throws InputError for a model without a bucket of several page sizes.
 */
function patternedGroupsOf(specs: readonly Spec[], model: Model): readonly Group[] {
  const buckets = bucketsOf(specs);
  const patterns = buckets.map((bucket) => {
    const sizes = [...groupBy(bucket, pageBytes).values()];
    const counts = sizes.map(({ length }) => length);
    return { bucket, sizes, repeats: Math.max(...counts), isBalanced: new Set(counts).size === 1 };
  });
  const balanced = patterns.filter(({ isBalanced }) => isBalanced);
  const atLeast = balanced.filter(({ sizes }) => sizes.length > 1).map(({ repeats }) => repeats);
  if (atLeast.length === 0) {
    throw new InputError(
      `${model.name} has no compressed layers with an indexer, by which vLLM's groups are known here; use the engine ideal.`,
    );
  }
  const ofGroup = bestDivisor(
    balanced.map(({ repeats }) => repeats),
    Math.max(...atLeast),
  );
  return patterns.flatMap(({ bucket, sizes, repeats, isBalanced }) => {
    const groups = isBalanced ? ceilDiv(repeats, ofGroup) : 1;
    if (groups === 1) {
      return [bucket];
    }
    return dealt(sizes, repeats, groups);
  });
}

/** `_approximate_gcd`: the size to which rounding all counts up adds the least; the largest such size. */
function bestDivisor(counts: readonly number[], atLeast: number): number {
  let best = atLeast;
  let leastAdded = Infinity;
  for (let size = atLeast; size <= Math.max(...counts); size++) {
    const added = counts.reduce((total, count) => total + ceilDiv(count, size) * size - count, 0);
    if (added <= leastAdded) {
      [best, leastAdded] = [size, added];
    }
  }
  return best;
}

/** Caches of one type, in order of appearance. */
function bucketsOf(specs: readonly Spec[]): readonly (readonly Spec[])[] {
  const buckets: Spec[][] = [];
  for (const spec of specs) {
    const bucket = buckets.find((members) => isOneType([...members, spec]));
    if (bucket === undefined) {
      buckets.push([spec]);
    } else {
      bucket.push(spec);
    }
  }
  return buckets;
}

/** `get_num_layer_tuples`. */
function mostOfOneSize(specs: readonly Spec[]): number {
  return Math.max(...[...groupBy(specs, pageBytes).values()].map(({ length }) => length));
}

/** One cache of each size at a time, in turn to each of the groups. */
function dealt(sizes: readonly (readonly Spec[])[], repeats: number, groups: number): readonly Group[] {
  const rows = Array.from({ length: repeats }, (_, row) => sizes.flatMap((members) => members[row] ?? []));
  return Array.from({ length: groups }, (_, group) =>
    rows.filter((_row, row) => row % groups === group).flat(),
  );
}

/**
 * Bytes of one block of the pool.
 *
 * - The largest group's pages; of DeepSeek-V4 from 0.23 to 0.26 of each size as many pages as a group has at most.
 * - From 0.20 to 0.22, and in all releases before 0.29 where a request must fit, a page of each size of latents, as many
 *   times as a group has pages of one size at most.
 *
 * Source: vllm-project/vllm v0.22.0 (`_get_kv_cache_config_deepseek_v4`), v0.23.0 (`_bucket_layers_by_page_size`), v0.28.0
 * (`_get_packed_kv_cache_layout`, `_max_memory_usage_bytes_from_groups`), `vllm/v1/core/kv_cache_utils.py`.
 */
export function blockBytes(
  groups: readonly Group[],
  packing: VllmFacts['deepseekV4Blocks'] | undefined,
): number {
  switch (packing) {
    case 'tuples':
      return tupleBytes(groups);
    case 'buckets': {
      const counts = groups.map((group) => groupBy(group, pageBytes));
      const sizes = new Set(counts.flatMap((bySize) => [...bySize.keys()]));
      return [...sizes].reduce(
        (total, size) => total + size * Math.max(...counts.map((bySize) => bySize.get(size)?.length ?? 0)),
        0,
      );
    }
    default:
      return Math.max(...groups.map(groupBytes));
  }
}

/** Bytes of one page of each cache of a group. */
export function groupBytes(group: Group): number {
  return group.reduce((total, spec) => total + pageBytes(spec), 0);
}

/** A page of each size of the first group, as many times as a group has pages of one size at most. */
export function tupleBytes(groups: readonly Group[]): number {
  const sizes = new Set((groups[0] ?? []).map(pageBytes));
  const most = Math.max(...groups.map((group) => (group.length === 0 ? 0 : mostOfOneSize(group))));
  return [...sizes].reduce((total, size) => total + size, 0) * most;
}
