import type { BlockLayout } from './layout.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import { pageBytes } from './spec.js';

/**
 * Bytes that vLLM says one request needs (`To serve at least one request with the model's max seq len (...), X GiB KV cache
 * is needed`), for each device that it compares with the memory there is: one of each pipeline stage, but from 0.14 to 0.16
 * all layers against one device.
 *
 * - Since 0.19 the blocks of all groups.
 * - From 0.14 to 0.18 those of the first group only, which is too few where there are several.
 * - Before 0.14 what each layer asks for itself, without what fills groups up.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/v1/core/kv_cache_planning.py`, v0.19.0, v0.17.0, v0.14.0 and v0.13.0,
 * `vllm/v1/core/kv_cache_utils.py` (`get_kv_cache_configs`, `_max_memory_usage_bytes_from_groups`,
 * `check_enough_kv_cache_memory`).
 */
export function startUpNeeds(
  { groups, specs, stages, wholeBlockBytes, rules, blocksOfGroup, blocksPerRequest }: BlockLayout,
  contextLength: number,
  settings: VllmSettings,
): readonly number[] {
  const { requestNeeds, checksWholeModel } = factsOf(settings);
  if (requestNeeds === 'layers') {
    return stages.map(({ hasLayer }) =>
      specs
        .filter(({ layer }) => hasLayer(layer))
        .reduce((total, spec) => total + rules.blocks(spec, contextLength) * pageBytes(spec), 0),
    );
  }
  const [first] = groups;
  const blocks =
    requestNeeds === 'groups'
      ? blocksPerRequest(contextLength)
      : first === undefined
        ? 0
        : blocksOfGroup(first, contextLength);
  const blockBytes = checksWholeModel ? [wholeBlockBytes] : stages.map((stage) => stage.checkedBlockBytes);
  return blockBytes.map((bytes) => blocks * bytes);
}
