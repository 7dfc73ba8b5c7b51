import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import { isDeepseekV4 } from './deepseek-v4.js';
import { packedGroupsOf } from './packed-groups.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import { identityOf, pageBytes, type Spec } from './spec.js';
import { type Group, groupBy, isOneType } from './spec-groups.js';

/**
 * The groups that vLLM makes of all caches of a model.
 *
 * - Caches that always need the same number of tokens are one group.
 * - Else pages are made equal: a smaller page gets a multiple of its tokens, or is padded where that does not fit, and
 *   equal specs are split into groups of the same number of layers, that of the rarest kind (of the most frequent one
 *   if that has less than 1.5 times as many).
 * - Pages of DeepSeek-V4 stay unequal: `packedGroupsOf`.
 * - Without the hybrid manager sliding and chunked layers keep every token.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/core/kv_cache_planning.py` (`get_kv_cache_groups` and what it calls);
 * v0.32.0 and older, `vllm/v1/core/kv_cache_utils.py`. 1.25 from 0.12 on and 1.5 from 0.18 on; pages of attention are
 * padded since 0.26.
 *
 * @throws InputError for pages that cannot be made equal.
 */
export function groupsOf(specs: readonly Spec[], model: Model, settings: VllmSettings): readonly Group[] {
  const all = disablesHybridManager(model, settings) ? keepEveryToken(specs, model) : specs;
  if (all.length === 0) {
    return [];
  }
  if (isOneType(all)) {
    return [all];
  }
  if (isDeepseekV4(model)) {
    return packedGroupsOf(all, model, settings);
  }
  const unified = unifyPages(all, model, settings);
  return unified === undefined ? [keepEveryToken(all, model)] : groupsOfEqualPages(unified, settings);
}

/**
 * Whether windows and chunks beside full attention keep every token.
 * `VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE` is off by default (`vllm/config/vllm.py`).
 */
export function disablesHybridManager(
  { layers }: Model,
  { disableHybridKvCacheManager }: VllmSettings,
): boolean {
  return disableHybridKvCacheManager ?? layers.flatMap(memoriesOf).some(({ kind }) => kind === 'chunked');
}

/**
 * `unify_hybrid_kv_cache_specs`: windows and chunks are kept like full attention, if there is any beside them. Several
 * sizes of windows cannot be merged (`FullAttentionSpec.merge_window_sizes`).
 */
function keepEveryToken(specs: readonly Spec[], model: Model): readonly Spec[] {
  if (isOneType(specs)) {
    return specs;
  }
  const limits = new Set(
    specs.flatMap(({ kind, limit }) => (kind === 'sliding' || kind === 'chunked' ? [limit] : [])),
  );
  if (limits.size > 1) {
    throw new InputError(
      `vLLM keeps every token of windows of one size only, not the ${[...limits].join(' and ')} of ${model.name}; leave out --disable-hybrid-kv-cache-manager.`,
    );
  }
  const hasFull = specs.some(({ kind }) => kind === 'full' || kind === 'latent');
  const promoted = specs.map(
    (spec): Spec =>
      hasFull && (spec.kind === 'sliding' || spec.kind === 'chunked')
        ? { ...spec, kind: 'full', pool: 'full', limit: undefined }
        : spec,
  );
  if (!isOneType(promoted)) {
    throw new InputError(
      `vLLM needs the hybrid KV cache manager for ${model.name}, whose layers are of several kinds; leave out --disable-hybrid-kv-cache-manager.`,
    );
  }
  return promoted;
}

/** `unify_kv_cache_spec_page_size`; undefined where only `_try_get_full_allocation_fallback_groups` helps. */
function unifyPages(
  specs: readonly Spec[],
  model: Model,
  settings: VllmSettings,
): readonly Spec[] | undefined {
  const largest = Math.max(...specs.map(pageBytes));
  const unified = specs.map((spec): Spec | undefined => {
    const page = pageBytes(spec);
    if (page === largest) {
      return spec;
    }
    if (spec.kind !== 'recurrent' && largest % page === 0) {
      return { ...spec, blockSize: spec.blockSize * (largest / page) };
    }
    return spec.kind !== 'latent' && factsOf(settings).padsAttentionPages
      ? { ...spec, paddedPageBytes: largest }
      : undefined;
  });
  const whole = unified.filter((spec) => spec !== undefined);
  if (whole.length === specs.length) {
    return whole;
  }
  const isLatentBesideWindows =
    specs.some(({ kind }) => kind === 'latent') && specs.some(({ kind }) => kind === 'sliding');
  if (isLatentBesideWindows && factsOf(settings).keepsEveryTokenBesideLatents) {
    return undefined;
  }
  throw new InputError(
    `vLLM cannot run ${model.name}: its layers have blocks of ${[...new Set(specs.map(pageBytes))].join(' and ')} bytes, which it cannot make equal.`,
  );
}

/** `_get_kv_cache_groups_uniform_page_size`: layers of one kind are dealt to its groups in turn. */
function groupsOfEqualPages(specs: readonly Spec[], settings: VllmSettings): readonly Group[] {
  const kinds = groupBy(specs, identityOf);
  const counts = [...kinds.values()].map(({ length }) => length);
  const fewest = Math.min(...counts);
  const most = Math.max(...counts);
  const groupSize = most < fewest * factsOf(settings).nearlyEqualCounts ? most : fewest;
  return [...kinds.values()].flatMap((members) => {
    const groups = ceilDiv(members.length, groupSize);
    return Array.from({ length: groups }, (_, first) =>
      members.filter((_spec, index) => index % groups === first),
    );
  });
}
