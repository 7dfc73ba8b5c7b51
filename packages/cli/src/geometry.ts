import {
  type Design,
  type DesignKnobs,
  designs,
  InputError,
  type KnobTexts,
  knobTexts,
  parseKnobs,
} from '@kv/core';

/** Whether any flag gives geometry by hand. */
export function hasGeometry(options: KnobTexts): boolean {
  return Object.keys(knobTexts(options)).length > 0;
}

/**
 * The knobs that the flags set.
 *
 * @param defaults sizes to use where a flag is absent.
 * @throws InputError for a size that is missing or makes no sense.
 */
export function knobsFrom(options: KnobTexts, defaults: Partial<DesignKnobs> = {}): DesignKnobs {
  return parseKnobs(knobTexts(options), flagOf, defaults);
}

/**
 * The one design that the flags describe: MLA, sliding or hybrid where they ask for it, else GQA, else MHA.
 *
 * @throws InputError where they describe several.
 */
export function singleDesign(options: KnobTexts): Design {
  const knobs = knobsFrom(options);
  const mechanisms = [knobs.kvLoraRank, knobs.slidingWindowSize, knobs.recurrentRatio];
  if (mechanisms.filter((value) => value !== undefined).length > 1 || knobs.nKvGroups.length > 1) {
    throw new InputError('These flags describe several designs; "kv compare" shows them side by side.');
  }
  const asked = designs(knobs);
  const design = asked[asked.length - 1];
  if (design === undefined) {
    throw new InputError('These flags describe no design.');
  }
  return design;
}

/** `embDim` is `--emb-dim`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
