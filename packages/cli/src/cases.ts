import { existsSync } from 'node:fs';
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
  weightsInFormat,
} from '@kv/core';
import { gpuNamed } from '@kv/core/gpus';
import type { LaunchReading } from '@kv/core/launch';
import { type DeploymentOptions, deploymentOfLaunch, deploymentsFrom } from './deployments.js';
import { launchFrom } from './input/launch.js';
import { modelFrom } from './input/model.js';
import type { Wanted } from './input/model-files.js';

/** A case with what it was settled from and why, and the kind of its design where it is one. */
export interface CliCase extends Case {
  readonly deployment: Deployment;
  readonly settled: Settled;
  /** Of a launch command: what its words are. */
  readonly launch?: LaunchReading;
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
  const [first] =
    argument === undefined
      ? deploymentsFrom(undefined, options).flatMap((deployment) =>
          designCase(singleDesign(knobsOf(deployment)), deployment, [deployment]),
        )
      : await namedCases(argument, options, wanted);
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
  if (models.length === 0) {
    return designCases(deploymentsFrom(undefined, options, knobs));
  }
  const cases: CliCase[] = [];
  for (const argument of models) {
    cases.push(...(await namedCases(argument, options)));
  }
  return cases;
}

/** A model on each engine that the flags name, or a launch command. */
async function namedCases(
  argument: string,
  options: DeploymentOptions,
  wanted: Wanted = {},
): Promise<readonly CliCase[]> {
  const launch = await launchFrom(argument);
  if (launch === undefined) {
    const deployments = deploymentsFrom(argument, options);
    return modelCases(await modelFrom(argument, wanted), deployments);
  }
  const model = await modelFrom(options.model ?? modelNameOf(launch), wanted);
  const draft = await draftOf(launch);
  return [
    { ...settledCase(deploymentOfLaunch(launch.deployment, options), model, model.name, draft), launch },
  ];
}

/** The model that drafts; undefined where there is none, or it cannot be read, which the engine's warnings then say. */
async function draftOf({ deployment: { draft } }: LaunchReading): Promise<Model | undefined> {
  if (draft === undefined || !('id' in draft)) {
    return undefined;
  }
  try {
    return await modelFrom(draft.id);
  } catch (error) {
    if (error instanceof InputError) {
      return undefined;
    }
    throw error;
  }
}

/** @throws InputError where the command does not say which model it runs, in so many words. */
function modelNameOf({ deployment: { model, engine } }: LaunchReading): string {
  if ('id' in model) {
    return engine.name === 'llama.cpp' ? unquantized(model.id) : model.id;
  }
  if ('unknown' in model && existsSync(model.unknown)) {
    return model.unknown;
  }
  const said =
    'unknown' in model && model.unknown !== 'no model is named'
      ? `The command's model is "${model.unknown}", which cannot be looked up from here`
      : 'The command names no model';
  throw new InputError(
    `${said}; say which it is, as in --model Qwen/Qwen3-8B, or with the path of its config.json or GGUF file.`,
  );
}

/** `Qwen3-8B` of a repository of GGUF files, `unsloth/Qwen3-8B-GGUF:Q4_K_M`: those of one model have one shape. */
function unquantized(id: string): string {
  const [name = id] = id.split(':');
  const isRepository = /-gguf$/i.test(name) && !name.startsWith('hf:');
  return isRepository ? name.replace(/^.*\//, '').replace(/-gguf$/i, '') : name;
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

function settledCase(deployment: Deployment, model: Model, label: string, draft?: Model): CliCase {
  const settled = settle(deployment, {
    ...{ model, label, weightsInFormat, gpuNamed },
    engineNamed: (name, settings) => engineNamed(name, settings, draft),
  });
  return { ...settled.case, deployment, settled };
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
