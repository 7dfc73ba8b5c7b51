import type { Layer } from '../../model/layer.js';
import { type Attention, fullAttention, slidingAttention } from './attention.js';
import { flagsAt, integerAt, optionalIntegerAt, valueAt, wrongAt } from './metadata.js';

/** How an architecture's files say which layers slide. */
export interface WindowRule {
  /**
   * One layer of every `period` keeps all tokens, where the file has no `attention.sliding_window_pattern` (a list of
   * true for sliding layers, or another period). 0: all layers slide, whatever that key says. Undefined: the list must be there.
   */
  readonly period?: number;
  /** That layer is the first of its period rather than the last. */
  readonly fullFirst?: true;
  /** What an absent `attention.sliding_window` means: `none`, or a size; it must be there otherwise. 0 is no window. */
  readonly absent?: 'none' | number;
  /** The only window that the architecture has, where the file has any. */
  readonly fixed?: number;
}

/**
 * The layers of an architecture with sliding windows.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` (`load_swa_pattern`) and `src/llama-hparams.cpp`
 * (`set_swa_pattern`).
 */
export function windowedLayers(attention: Attention, rule: WindowRule): readonly Layer[] {
  const window = windowOf(attention, rule);
  const isSliding = window === undefined ? () => false : slidingPattern(attention, rule);
  return Array.from({ length: attention.layerCount }, (_, index) =>
    window !== undefined && isSliding(index)
      ? slidingAttention(attention, index, window)
      : fullAttention(attention, index),
  );
}

/** `attention.sliding_window`, as the rule reads it; undefined for no window. */
export function windowOf({ keys }: Attention, { absent, fixed }: WindowRule): number | undefined {
  const stated =
    absent === undefined
      ? integerAt(keys, 'attention.sliding_window', 0)
      : optionalIntegerAt(keys, 'attention.sliding_window', 0);
  const window = stated ?? (absent === 'none' ? undefined : absent);
  return window === undefined || window === 0 ? undefined : (fixed ?? window);
}

/** Which layers slide. */
export function slidingPattern(
  { keys, layerCount }: Attention,
  { period, fullFirst }: WindowRule,
): (index: number) => boolean {
  if (period === 0) {
    return () => true;
  }
  const key = 'attention.sliding_window_pattern';
  const flags = flagsAt(keys, key, layerCount);
  if (flags !== undefined) {
    return (index) => flags[index] === true;
  }
  if (period === undefined) {
    throw wrongAt(keys, key, valueAt(keys, key), `a list of true and false for each of ${layerCount} layers`);
  }
  const every = optionalIntegerAt(keys, key, 0) ?? period;
  return (index) => every === 0 || (fullFirst ? index % every !== 0 : index % every < every - 1);
}
