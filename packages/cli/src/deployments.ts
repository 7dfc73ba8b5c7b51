import {
  type Deployment,
  type DeploymentTexts,
  type DesignKnobs,
  given,
  InputError,
  knobTexts,
  readDeployment,
  type Settled,
} from '@kv/core';
import { gpusNamed } from '@kv/core/gpus';
import { settingTexts } from './flags/engine-options.js';

/** The flags of a command that say how a model is run: all values as typed. */
export interface DeploymentOptions extends Omit<DeploymentTexts, 'model' | 'settings'> {
  readonly engines?: string;
  /** The model, where a launch command or a log does not name one that can be looked up. */
  readonly model?: string;
}

/** The engines that the flags name; `ideal` where they name none. */
export function engineNames({ engine, engines }: DeploymentOptions): readonly string[] {
  if (engine !== undefined && engines !== undefined) {
    throw new InputError('--engine names one engine and --engines several; give one of the two.');
  }
  return engines?.split(',').map((name) => name.trim()) ?? [engine ?? 'ideal'];
}

/** Whether any flag gives geometry by hand. */
export function hasGeometry(options: DeploymentOptions): boolean {
  return Object.keys(knobTexts(options)).length > 0;
}

/**
 * What an argument and the flags say: a deployment for each engine that they name.
 *
 * @param knobs sizes of a design that are used where no flag gives them.
 * @throws InputError for a value that makes no sense, and where they name neither a model nor a design.
 */
export function deploymentsFrom(
  model: string | undefined,
  options: DeploymentOptions,
  knobs: Partial<DesignKnobs> = {},
): readonly Deployment[] {
  const names = engineNames(options);
  const { model: _, ...said } = options;
  return names.map((engine) =>
    readDeployment(
      {
        ...said,
        engine,
        settings: settingTexts(engine, names, options),
        ...(model === undefined ? {} : { model }),
      },
      { gpusNamed, knobs },
    ),
  );
}

/**
 * What a launch command says, with what the flags say beside it: the load, devices and all that a command leaves open. A
 * flag wins over the command.
 *
 * @throws InputError for a value that makes no sense, and for flags that name another engine.
 */
export function deploymentOfLaunch(launched: Deployment, options: DeploymentOptions): Deployment {
  const { name } = launched.engine;
  const asked = options.engine ?? options.engines;
  if (asked !== undefined && asked !== name) {
    throw new InputError(
      `The command starts ${name}, but the flags name ${asked}; leave one of the two out.`,
    );
  }
  if (hasGeometry(options)) {
    throw new InputError('Give either a launch command or geometry by hand (--emb-dim and so on), not both.');
  }
  const said = readDeployment(
    { ...options, model: 'command', engine: name, settings: settingTexts(name, [name], options) },
    { gpusNamed },
  );
  return {
    ...launched,
    ...given({ weights: said.weights ?? launched.weights, overheadBytes: said.overheadBytes }),
    engine: {
      ...launched.engine,
      ...given({ release: said.engine.release ?? launched.engine.release }),
      settings: { ...launched.engine.settings, ...said.engine.settings },
    },
    load: { ...launched.load, ...said.load },
    parallelism: { ...launched.parallelism, ...said.parallelism },
    devices: devicesOf(launched, said),
  };
}

/** Devices that the flags name, as many as the command sees where they do not say how many. */
function devicesOf({ devices: seen }: Deployment, { devices: named }: Deployment): Deployment['devices'] {
  const [first, ...others] = named;
  const [visible] = seen;
  if (first === undefined || others.length > 0 || first.count !== undefined || visible?.count === undefined) {
    return named.length > 0 ? named : seen;
  }
  return [{ ...first, count: visible.count }];
}

/** What is settled, with the devices that a command cannot do without. */
export type OnDevices = Settled & Required<Pick<Settled, 'devices'>>;

/** @throws InputError where no device is named. */
export function onDevices(settled: Settled): OnDevices {
  const { devices } = settled;
  if (devices === undefined) {
    throw new InputError(
      'No GPU is given; name one, as in --gpu h100 ("kv gpus" lists them), or give its memory, as in --memory 80GB.',
    );
  }
  return { ...settled, devices };
}
