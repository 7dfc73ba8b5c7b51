import { type Design, type DesignKnobs, designs, InputError, parseLayerRatio } from '@kv/core';
import { integerList, optionalInteger } from './numbers.js';
import type { GeometryOptions } from './options.js';

/** The flags that say how large a decoder is; without a model, all of them are needed. */
const SIZE_FLAGS = { embDim: '--emb-dim', nHeads: '--n-heads', nLayers: '--n-layers' } as const;

/** Whether any flag gives geometry by hand. */
export function hasGeometry(options: GeometryOptions): boolean {
  return Object.values(geometryOf(options)).some((value) => value !== undefined);
}

/**
 * The designs that the flags ask for.
 *
 * @param defaults sizes to use where a flag is absent.
 * @throws InputError for a size that is missing or makes no sense.
 */
export function knobsFrom(options: GeometryOptions, defaults: Partial<DesignKnobs> = {}): DesignKnobs {
  const size = (key: keyof typeof SIZE_FLAGS): number => {
    const value = optionalInteger(options[key], SIZE_FLAGS[key]) ?? defaults[key];
    if (value === undefined) {
      throw new InputError(
        `${SIZE_FLAGS[key]} is missing; geometry by hand needs ${Object.values(SIZE_FLAGS).join(', ')}.`,
      );
    }
    return value;
  };
  if (options.latentDim !== undefined && options.kvLoraRank !== undefined) {
    throw new InputError('--latent-dim and --kv-lora-rank name the same size; give one of them.');
  }
  if (options.qkRopeHeadDim !== undefined && options.kvLoraRank === undefined) {
    throw new InputError(
      '--qk-rope-head-dim needs --kv-lora-rank, the latent that the rotary key belongs to.',
    );
  }
  if (options.swaRatio !== undefined && options.slidingWindowSize === undefined) {
    throw new InputError('--swa-ratio needs --sliding-window-size, the tokens that a sliding layer keeps.');
  }
  const knobs = {
    headDim: optionalInteger(options.headDim, '--head-dim'),
    kvLoraRank:
      optionalInteger(options.latentDim, '--latent-dim') ??
      optionalInteger(options.kvLoraRank, '--kv-lora-rank'),
    qkRopeHeadDim: optionalInteger(options.qkRopeHeadDim, '--qk-rope-head-dim'),
    slidingWindowSize: optionalInteger(options.slidingWindowSize, '--sliding-window-size'),
    swaRatio: options.swaRatio === undefined ? undefined : parseLayerRatio(options.swaRatio),
    recurrentRatio:
      options.recurrentRatio === undefined ? undefined : parseLayerRatio(options.recurrentRatio),
  };
  return {
    embDim: size('embDim'),
    nHeads: size('nHeads'),
    nLayers: size('nLayers'),
    nKvGroups:
      options.nKvGroups === undefined
        ? (defaults.nKvGroups ?? [])
        : integerList(options.nKvGroups, '--n-kv-groups'),
    ...withoutUndefined(knobs),
  };
}

/**
 * The one design that the flags describe: MLA, sliding or hybrid where they ask for it, else GQA, else MHA.
 *
 * @throws InputError where they describe several.
 */
export function singleDesign(options: GeometryOptions): Design {
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

function geometryOf(options: GeometryOptions): GeometryOptions {
  const { embDim, nHeads, nLayers, headDim, nKvGroups, latentDim, kvLoraRank, qkRopeHeadDim } = options;
  const { slidingWindowSize, swaRatio, recurrentRatio } = options;
  return {
    ...{ embDim, nHeads, nLayers, headDim, nKvGroups, latentDim, kvLoraRank, qkRopeHeadDim },
    ...{ slidingWindowSize, swaRatio, recurrentRatio },
  } as GeometryOptions;
}

function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}
