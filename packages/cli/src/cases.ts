import {
  type Case,
  type Deployment,
  type Design,
  type DesignKind,
  type DesignKnobs,
  designs,
  engineNamed,
  InputError,
  type Model,
  type Settled,
  settle,
} from '@kv/core';
import { gpuNamed } from '@kv/core/gpus';
import { type DeploymentOptions, deploymentsFrom } from './deployments.js';
import { modelFrom } from './input/model.js';
import type { Wanted } from './input/model-files.js';

/** A case with what it was settled from and why, and the kind of its design where it is one. */
export interface CliCase extends Case {
  readonly settled: Settled;
  readonly kind?: DesignKind;
}

/**
 * The one model or design that arguments and flags name.
 *
 * @throws InputError where they name none, or several.
 */
export async function caseFor(
  argument: string | undefined,
  options: DeploymentOptions,
  wanted: Wanted = {},
): Promise<CliCase> {
  const deployments = deploymentsFrom(argument, options);
  const [first] =
    argument === undefined
      ? deployments.flatMap((deployment) =>
          designCase(singleDesign(knobsOf(deployment)), deployment, [deployment]),
        )
      : modelCases(await modelFrom(argument, wanted), deployments);
  if (first === undefined) {
    throw new InputError('Nothing is asked for.');
  }
  return first;
}

/**
 * The models or designs that arguments and flags name, to be compared with the first of them, on each engine.
 *
 * @param knobs sizes of designs that are used where no flag gives them.
 * @throws InputError where they name none.
 */
export async function casesFor(
  models: readonly string[],
  options: DeploymentOptions,
  knobs: Partial<DesignKnobs> = {},
): Promise<readonly CliCase[]> {
  const cases: CliCase[] = [];
  for (const argument of models.length === 0 ? [undefined] : models) {
    const deployments = deploymentsFrom(argument, options, knobs);
    cases.push(
      ...(argument === undefined
        ? designCases(deployments)
        : modelCases(await modelFrom(argument), deployments)),
    );
  }
  return cases;
}

/** The designs that flags describe, each on each engine. */
function designCases(deployments: readonly Deployment[]): readonly CliCase[] {
  const [first] = deployments;
  return (first === undefined ? [] : designs(knobsOf(first))).flatMap((design) =>
    deployments.flatMap((deployment) => designCase(design, deployment, deployments)),
  );
}

function designCase(
  { kind, label, model }: Design,
  deployment: Deployment,
  all: readonly Deployment[],
): readonly CliCase[] {
  return [{ kind, ...settledCase(deployment, model, labelOn(label, deployment, all)) }];
}

function modelCases(model: Model, deployments: readonly Deployment[]): readonly CliCase[] {
  return deployments.map((deployment) =>
    settledCase(deployment, model, labelOn(model.name, deployment, deployments)),
  );
}

function settledCase(deployment: Deployment, model: Model, label: string): CliCase {
  const settled = settle(deployment, { model, label, engineNamed, gpuNamed });
  return { ...settled.case, settled };
}

/** The engine is part of the label where there are several. */
function labelOn(label: string, { engine }: Deployment, all: readonly Deployment[]): string {
  return all.length === 1 ? label : `${label} on ${engine.name}`;
}

function knobsOf({ model }: Deployment): DesignKnobs {
  if (!('design' in model)) {
    throw new Error('Only a deployment of a design has knobs.');
  }
  return model.design;
}

/**
 * The one design that the knobs describe: MLA, sliding or hybrid where they ask for it, else GQA, else MHA.
 *
 * @throws InputError where they describe several.
 */
function singleDesign(knobs: DesignKnobs): Design {
  const mechanisms = [knobs.kvLoraRank, knobs.slidingWindowSize, knobs.recurrentRatio];
  const design = designs(knobs).at(-1);
  if (
    design === undefined ||
    mechanisms.filter((value) => value !== undefined).length > 1 ||
    knobs.nKvGroups.length > 1
  ) {
    throw new InputError('These flags describe several designs; "kv compare" shows them side by side.');
  }
  return design;
}
