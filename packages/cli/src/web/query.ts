import { type KnobTexts, knobTexts } from '@kv/core';
import { DEFAULT_STATE, formatState } from '@kv/web/state';
import { knobsFrom } from '../geometry.js';
import type { WorkloadOptions } from '../options.js';

/**
 * The query with which the page opens on what the flags say; empty where they say nothing.
 *
 * @throws InputError for a size that makes no sense.
 */
export function pageQuery(_models: readonly string[], options: KnobTexts & WorkloadOptions): string {
  const knobs = knobTexts(options);
  if (Object.keys(knobs).length > 0) {
    knobsFrom(options, {});
  }
  return formatState({
    ...DEFAULT_STATE,
    ...Object.fromEntries(Object.entries(knobs).map(([key, text]) => [snake(key), text])),
  });
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
