import type { Model } from '../../model/model.js';
import { VLLM_RELEASES } from './releases.js';
import type { VllmSettings } from './settings.js';

/**
 * What a reader must know of a model that the release has no class for. Later ones still run some of these through the
 * classes of transformers, in another way than is counted here.
 */
export function removalWarnings({ architecture }: Model, { version }: VllmSettings): readonly string[] {
  const records = VLLM_RELEASES.upTo(version);
  const removed = records.findIndex(({ removedArchitectures = [] }) =>
    removedArchitectures.includes(architecture),
  );
  const [last, first] = [records[removed - 1]?.release, records[removed]?.release];
  return first === undefined || last === undefined
    ? []
    : [
        `vLLM has no class for ${architecture} since ${first}; this is counted as if it had. Take --engine-version ${last}.`,
      ];
}
