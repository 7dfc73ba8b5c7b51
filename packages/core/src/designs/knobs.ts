import { InputError } from '../text/errors.js';
import { given } from '../text/given.js';
import { parseInteger, parseIntegers } from '../text/numbers.js';
import { type LayerRatio, parseLayerRatio } from './attention.js';
import type { DesignKnobs } from './designs.js';

/** Geometry as a person gives it, in the words of the teaching scripts: every value a text, absent where not given. */
export interface KnobTexts {
  readonly embDim?: string;
  readonly nHeads?: string;
  readonly nLayers?: string;
  readonly headDim?: string;
  readonly nKvGroups?: string;
  readonly latentDim?: string;
  readonly kvLoraRank?: string;
  readonly qkRopeHeadDim?: string;
  readonly slidingWindowSize?: string;
  readonly swaRatio?: string;
  readonly recurrentRatio?: string;
}

/** The texts of a larger set of options that give geometry. */
export function knobTexts(options: KnobTexts): KnobTexts {
  return Object.fromEntries(KEYS.map((key) => [key, options[key]]).filter(([, text]) => text !== undefined));
}

const KEYS: readonly (keyof KnobTexts)[] = [
  ...(['embDim', 'nHeads', 'nLayers', 'headDim', 'nKvGroups', 'latentDim', 'kvLoraRank'] as const),
  ...(['qkRopeHeadDim', 'slidingWindowSize', 'swaRatio', 'recurrentRatio'] as const),
];

/**
 * The knobs that texts mean.
 *
 * @param nameOf how the person knows a knob, for messages: `--emb-dim`, `emb_dim`.
 * @param defaults sizes to use where a text is absent.
 * @throws InputError for a size that is missing or makes no sense.
 */
export function parseKnobs(
  texts: KnobTexts,
  nameOf: (key: keyof KnobTexts) => string,
  defaults: Partial<DesignKnobs> = {},
): DesignKnobs {
  const optional = (key: keyof KnobTexts): number | undefined => {
    const text = texts[key];
    return text === undefined ? undefined : parseInteger(text, nameOf(key));
  };
  const ratio = (key: 'swaRatio' | 'recurrentRatio'): LayerRatio | undefined => {
    const text = texts[key];
    return text === undefined ? undefined : parseLayerRatio(text, nameOf(key));
  };
  const size = (key: 'embDim' | 'nHeads' | 'nLayers'): number => {
    const value = optional(key) ?? defaults[key];
    if (value === undefined) {
      const needed = (['embDim', 'nHeads', 'nLayers'] as const).map(nameOf).join(', ');
      throw new InputError(`${nameOf(key)} is missing; geometry by hand needs ${needed}.`);
    }
    return value;
  };
  const needs = (key: keyof KnobTexts, other: keyof KnobTexts, why: string) => {
    if (texts[key] !== undefined && texts[other] === undefined) {
      throw new InputError(`${nameOf(key)} needs ${nameOf(other)}, ${why}.`);
    }
  };
  if (texts.latentDim !== undefined && texts.kvLoraRank !== undefined) {
    throw new InputError(
      `${nameOf('latentDim')} and ${nameOf('kvLoraRank')} name the same size; give one of them.`,
    );
  }
  needs('qkRopeHeadDim', 'kvLoraRank', 'the latent that the rotary key belongs to');
  needs('swaRatio', 'slidingWindowSize', 'the tokens that a sliding layer keeps');
  return {
    embDim: size('embDim'),
    nHeads: size('nHeads'),
    nLayers: size('nLayers'),
    nKvGroups:
      texts.nKvGroups === undefined
        ? (defaults.nKvGroups ?? [])
        : parseIntegers(texts.nKvGroups, nameOf('nKvGroups')),
    ...given({
      headDim: optional('headDim'),
      kvLoraRank: optional('latentDim') ?? optional('kvLoraRank'),
      qkRopeHeadDim: optional('qkRopeHeadDim'),
      slidingWindowSize: optional('slidingWindowSize'),
      swaRatio: ratio('swaRatio'),
      recurrentRatio: ratio('recurrentRatio'),
    }),
  };
}

/** The texts that `parseKnobs` reads back as these knobs. */
export function textsOfKnobs(knobs: DesignKnobs): KnobTexts {
  const { nKvGroups, kvLoraRank, swaRatio, recurrentRatio, ...sizes } = knobs;
  const rank = kvLoraRank === undefined ? undefined : String(kvLoraRank);
  const ratio = (value: LayerRatio | undefined) => value && `${value.cheap}:${value.full}`;
  return given({
    ...Object.fromEntries(Object.entries(sizes).map(([key, size]) => [key, String(size)])),
    ...(knobs.qkRopeHeadDim === undefined ? { latentDim: rank } : { kvLoraRank: rank }),
    nKvGroups: nKvGroups.length === 0 ? undefined : nKvGroups.join(','),
    swaRatio: ratio(swaRatio),
    recurrentRatio: ratio(recurrentRatio),
  });
}
