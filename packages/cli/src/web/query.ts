import { InputError, type KnobTexts, knobTexts } from '@kv/core';
import { DEFAULT_STATE, formatState } from '@kv/web/state';
import { hasGeometry, knobsFrom } from '../geometry.js';
import type { WorkloadOptions } from '../options.js';

/** The designs that the page opens with; geometry by hand replaces them all. */
const NO_DESIGNS = { n_kv_groups: '' } as const;

/**
 * The query with which the page opens on what the flags say; empty where they say nothing.
 *
 * @throws InputError for a size that makes no sense, and for models, which the page does not show.
 */
export function pageQuery(models: readonly string[], options: KnobTexts & WorkloadOptions): string {
  if (models.length > 0) {
    throw new InputError(
      'The page shows designs; give their geometry (--emb-dim and so on) instead of a model.',
    );
  }
  if (!hasGeometry(options)) {
    return '';
  }
  knobsFrom(options);
  const knobs = Object.entries(knobTexts(options)).map(([key, text]) => [snake(key), text]);
  return formatState({ ...DEFAULT_STATE, ...NO_DESIGNS, ...Object.fromEntries(knobs) });
}

/** `embDim` is `emb_dim`. */
function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
