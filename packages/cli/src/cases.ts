import {
  type Case,
  type Design,
  type DesignKind,
  designs,
  InputError,
  type KnobTexts,
  type Model,
} from '@kv/core';
import { hasGeometry, knobsFrom, singleDesign } from './geometry.js';
import { modelFrom } from './input/model.js';
import type { WorkloadOptions } from './options.js';
import { type Use, useOf } from './workload.js';

/** A case with the reasons behind its workload, and the kind of its design where it is one. */
export interface CliCase extends Case, Use {
  readonly kind?: DesignKind;
}

/**
 * The one model or design that arguments and flags name.
 *
 * @throws InputError where they name none, or several.
 */
export async function caseFor(
  argument: string | undefined,
  options: KnobTexts & WorkloadOptions,
): Promise<CliCase> {
  checkNotBoth(argument === undefined ? [] : [argument], options);
  return argument === undefined
    ? designCase(singleDesign(options), options)
    : modelCase(await modelFrom(argument), options);
}

/**
 * The models or designs that arguments and flags name, to be compared with the first of them.
 *
 * @throws InputError where they name none.
 */
export async function casesFor(
  models: readonly string[],
  options: KnobTexts & WorkloadOptions,
): Promise<readonly CliCase[]> {
  checkNotBoth(models, options);
  if (models.length === 0) {
    return designs(knobsFrom(options)).map((design) => designCase(design, options));
  }
  const cases: CliCase[] = [];
  for (const argument of models) {
    cases.push(modelCase(await modelFrom(argument), options));
  }
  return cases;
}

/** A design, used as the flags say. */
export function designCase(design: Design, options: WorkloadOptions): CliCase {
  const { keyDtype } = useOf(design.model, options);
  // A design's recurrent states are kept in the dtype that the user names for everything.
  const model: Model = { ...design.model, dtype: keyDtype };
  return { kind: design.kind, label: design.label, model, ...useOf(model, options) };
}

function modelCase(model: Model, options: WorkloadOptions): CliCase {
  return { label: model.name, model, ...useOf(model, options) };
}

function checkNotBoth(models: readonly string[], options: KnobTexts): void {
  if (models.length > 0 && hasGeometry(options)) {
    throw new InputError('Give either a model or geometry by hand (--emb-dim and so on), not both.');
  }
  if (models.length === 0 && !hasGeometry(options)) {
    throw new InputError('No model is given; name one, or give --emb-dim, --n-heads and --n-layers.');
  }
}
