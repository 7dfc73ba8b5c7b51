import type { Deployment, NamedDevices, SettingValues } from '../deployment/deployment.js';
import type { WeightFormat } from '../deployment/weight-format-names.js';
import type { Parallelism } from '../deployment/workload.js';
import { autoKvCacheDtype, devicesOf, type Engine } from '../engines/contract.js';
import type { Case } from '../estimate/case.js';
import type { Device, Gpu } from '../gpus/gpu.js';
import type { ChosenDtype, Model, Weights } from '../model/model.js';
import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';
import { given } from '../text/given.js';
import { exactly } from '../text/quantity.js';
import { formatBytes } from '../text/units.js';
import { flagOf, type NameOf, PARALLELISM_TEXTS } from './texts.js';

/** Devices of one kind that work together. */
export interface Devices {
  /** With the memory that it is said to have, where it is. */
  readonly device: Device;
  /** Which of those that are known; absent where only a memory size is given. */
  readonly gpu?: Gpu;
  readonly count: number;
}

/** A deployment in which nothing is left open. */
export interface Settled {
  /** With weights as the deployment says, where it does. */
  readonly case: Case;
  /** Of the engine: those that were said, and what it takes on such devices when told nothing. */
  readonly settings: SettingValues;
  /** Absent where no device is named. */
  readonly devices?: Devices;
  /** Where it was said. */
  readonly overheadBytes?: number;
  readonly reasons: Reasons;
}

/** Why what is settled is as it is, in words. */
export interface Reasons {
  readonly contextLength: string;
  readonly keyDtype: string;
  readonly valueDtype: string;
  /** Of settings that were not said, by key. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a deployment names, looked up: whoever settles has the lists, so that none is loaded in vain. */
export interface Known {
  /** What the deployment's model, or one of its designs, is. */
  readonly model: Model;
  /** For people; the model's name by default. */
  readonly label?: string;
  readonly engineNamed: (name: string, settings: SettingValues) => Engine;
  /** A model's weights stored in another format; undefined where it is not known what they are. */
  readonly weightsInFormat: (model: Model, format: WeightFormat) => Weights | undefined;
  /** @throws InputError for a GPU that is not known. */
  readonly gpuNamed: (text: string) => Gpu;
}

const AS_ASKED = 'as asked';

/** The context that is assumed where none is said, unless the model allows less. */
const DEFAULT_CONTEXT = 32_768;

/**
 * What a deployment means on its engine and devices: everything that it leaves open is as the engine's release, the model
 * or the devices have it when told nothing, each with the reason.
 *
 * - Context: 32k, or what the model allows where that is less.
 * - Keys and values: the engine's own dtype for the model (`autoKvCacheDtype`).
 * - Parallelism: several devices share a model as the engine splits it by itself (`Engine.splitsBy`).
 * - Settings: what the engine takes on such a device (`Engine.settingsOn`).
 *
 * @param nameOf what the caller calls what was said, for messages.
 * @throws InputError where devices or engine are not known, or parallelism takes other devices than there are.
 */
export function settle(deployment: Deployment, known: Known, nameOf: NameOf = flagOf): Settled {
  const { engine: said, load, parallelism } = deployment;
  const named = oneKind(deployment.devices, nameOf);
  const gpu = named.gpu === undefined ? undefined : known.gpuNamed(named.gpu);
  const device = deviceOf(gpu, named, nameOf);
  const values: SettingValues = { ...given({ version: said.release }), ...said.settings };
  const usual = device && known.engineNamed(said.name, values).settingsOn?.(device);
  const settings = { ...usual, ...values };
  const engine = known.engineNamed(said.name, settings);
  const auto = autoKvCacheDtype(engine, known.model);
  const keyDtype = load.keyDtype === undefined ? auto : { dtype: load.keyDtype, reason: AS_ASKED };
  const valueDtype = load.valueDtype === undefined ? auto : { dtype: load.valueDtype, reason: AS_ASKED };
  const context = contextOf(deployment, known.model);
  const workload = {
    contextLength: context.length,
    numSequences: load.numSequences ?? 1,
    keyDtype: keyDtype.dtype,
    valueDtype: valueDtype.dtype,
    ...split(parallelism, engine, named.count),
  };
  const count = devicesOf(workload, engine);
  if (named.count !== undefined && named.count !== count) {
    const texts = PARALLELISM_TEXTS.filter(([, key]) => parallelism[key] !== undefined);
    throw new InputError(
      `${texts.map(([text, key]) => `${nameOf(text)} ${parallelism[key]}`).join(' ')} takes ${count} GPU${count === 1 ? '' : 's'}, but ${nameOf('gpus')} is ${named.count}; make them agree, or leave one out.`,
    );
  }
  return {
    case: {
      label: known.label ?? known.model.name,
      model: modelOf(deployment, known, keyDtype, nameOf),
      workload,
      engine,
    },
    settings,
    ...given({
      devices: device && { device, count, ...given({ gpu }) },
      overheadBytes: overheadOf(deployment, nameOf),
    }),
    reasons: {
      contextLength: context.reason,
      keyDtype: keyDtype.reason,
      valueDtype: valueDtype.reason,
      settings: Object.fromEntries(
        Object.keys(usual ?? {})
          .filter((key) => values[key] === undefined)
          .map((key) => [key, `what ${said.name} takes on ${device?.name}`]),
      ),
    },
  };
}

function contextOf(
  { load: { contextLength } }: Deployment,
  { name, maxPositionEmbeddings }: Model,
): { readonly length: number; readonly reason: string } {
  if (contextLength !== undefined) {
    return { length: contextLength, reason: AS_ASKED };
  }
  return maxPositionEmbeddings !== undefined && maxPositionEmbeddings < DEFAULT_CONTEXT
    ? { length: maxPositionEmbeddings, reason: `what ${name} was made for` }
    : { length: DEFAULT_CONTEXT, reason: 'assumed' };
}

/** Several devices are split as the engine does, unless something is said of it. */
function split(said: Partial<Parallelism>, { splitsBy = 'tensorParallel' }: Engine, count = 1): Parallelism {
  const none = { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, contextParallel: 1 };
  return Object.keys(said).length === 0 ? { ...none, [splitsBy]: count } : { ...none, ...said };
}

/** With weights as they were said. A design's recurrent states are kept in the dtype that is chosen for everything. */
function modelOf(
  { model: ref, weights }: Deployment,
  known: Known,
  keyDtype: ChosenDtype,
  nameOf: NameOf,
): Model {
  const model = 'design' in ref ? { ...known.model, dtype: keyDtype } : known.model;
  if (weights === undefined) {
    return model;
  }
  if ('bytes' in weights) {
    return { ...model, weights: { bytes: weights.bytes, source: nameOf('weights') } };
  }
  const stored = known.weightsInFormat(model, weights.dtype);
  return stored === undefined ? model : { ...model, weights: stored };
}

function oneKind(devices: readonly NamedDevices[], nameOf: NameOf): NamedDevices {
  if (devices.length > 1) {
    const names = devices.map(({ gpu }) => gpu).join(' and ');
    throw new InputError(
      `${nameOf('gpu')} names ${names}; how engines split a model over different devices is not known here, so name one kind.`,
    );
  }
  return devices[0] ?? {};
}

function deviceOf(gpu: Gpu | undefined, { memoryBytes }: NamedDevices, nameOf: NameOf): Device | undefined {
  if (memoryBytes === undefined) {
    return gpu;
  }
  const unnamed = { name: `GPU of ${formatBytes(memoryBytes)}`, isUnified: false };
  return {
    ...(gpu ?? unnamed),
    total: exactly(checkInteger(memoryBytes, nameOf('memory'))),
    totalSource: nameOf('memory'),
  };
}

function overheadOf({ overheadBytes }: Deployment, nameOf: NameOf): number | undefined {
  return overheadBytes === undefined ? undefined : checkInteger(overheadBytes, nameOf('overhead'), 0);
}
