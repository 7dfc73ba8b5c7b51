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
import type { Wanted } from './input/model-files.js';
import type { WorkloadOptions } from './options.js';
import { type Use, usesOf } from './workload.js';

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
  wanted: Wanted = {},
): Promise<CliCase> {
  checkNotBoth(argument === undefined ? [] : [argument], options);
  return argument === undefined
    ? only(designCases(singleDesign(options), options))
    : only(modelCases(await modelFrom(argument, wanted), options));
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
    return designs(knobsFrom(options)).flatMap((design) => designCases(design, options));
  }
  const cases: CliCase[] = [];
  for (const argument of models) {
    cases.push(...modelCases(await modelFrom(argument), options));
  }
  return cases;
}

/** A design, used as the flags say, on each engine that they name. */
export function designCases(design: Design, options: WorkloadOptions): readonly CliCase[] {
  const { kind, label } = design;
  return labelled(label, usesOf(design.model, options)).map((use) => ({
    kind,
    ...use,
    // A design's recurrent states are kept in the dtype that the user names for everything.
    model: { ...design.model, dtype: use.keyDtype },
  }));
}

function modelCases(model: Model, options: WorkloadOptions): readonly CliCase[] {
  return labelled(model.name, usesOf(model, options)).map((use) => ({ model, ...use }));
}

/** The engine is part of the label where there are several. */
function labelled(label: string, uses: readonly Use[]): readonly (Use & { readonly label: string })[] {
  return uses.map((use) => ({ ...use, label: uses.length === 1 ? label : `${label} on ${use.engine.name}` }));
}

/** The case of a command that shows only one. */
function only(cases: readonly CliCase[]): CliCase {
  const [item] = cases;
  if (item === undefined) {
    throw new InputError('Nothing is asked for.');
  }
  return item;
}

function checkNotBoth(models: readonly string[], options: KnobTexts): void {
  if (models.length > 0 && hasGeometry(options)) {
    throw new InputError('Give either a model or geometry by hand (--emb-dim and so on), not both.');
  }
  if (models.length === 0 && !hasGeometry(options)) {
    throw new InputError('No model is given; name one, or give --emb-dim, --n-heads and --n-layers.');
  }
}
