import type { Deployment, ModelRef, NamedDevices, SettingValues } from '../deployment/deployment.js';
import { parseWeightFormat } from '../deployment/weight-format-names.js';
import type { DesignKnobs } from '../designs/designs.js';
import { knobTexts, parseKnobs } from '../designs/knobs.js';
import { ENGINE_NAMES, engineSettings, knownEngine } from '../engines/all-settings.js';
import { checkSettings, parseSetting } from '../engines/settings.js';
import type { GpuCount } from '../gpus/find.js';
import { type DtypeName, parseDtype } from '../model/dtype.js';
import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';
import { given } from '../text/given.js';
import { parseInteger } from '../text/numbers.js';
import { parseBytes, parseTokens } from '../text/units.js';
import { type DeploymentTexts, flagOf, type NameOf, PARALLELISM_TEXTS, type TextName } from './texts.js';

/** How texts are read. */
export interface Reading {
  /** The GPUs that a text means, each by how many; from the list of whoever reads, so that none is loaded in vain. */
  readonly gpusNamed: (text: string) => readonly GpuCount[];
  /** What the caller calls a text, for messages; its flag by default. */
  readonly nameOf?: NameOf;
  /** Sizes of a design that are used where no text gives them. */
  readonly knobs?: Partial<DesignKnobs>;
}

/**
 * The deployment that texts say.
 *
 * @throws InputError for a text that makes no sense, or texts that exclude each other.
 */
export function readDeployment(texts: DeploymentTexts, reading: Reading): Deployment {
  const { nameOf = flagOf, knobs = {} } = reading;
  const read = <Value>(name: TextName, parse: (text: string, name: string) => Value): Value | undefined => {
    const text = texts[name];
    return text === undefined ? undefined : parse(text, nameOf(name));
  };
  const numSequences = read('sequences', parseInteger);
  const keyDtype = read('keyDtype', readDtype) ?? read('kvDtype', readDtype);
  const valueDtype = read('valueDtype', readDtype) ?? read('kvDtype', readDtype);
  const parallelism = PARALLELISM_TEXTS.map(([name, key]) => [key, read(name, parseInteger)] as const);
  return {
    model: readModel(texts, nameOf, knobs),
    ...given({ weights: readWeights(texts, nameOf) }),
    engine: readEngine(texts),
    load: given({
      contextLength: readContext(texts, numSequences, nameOf),
      numSequences,
      keyDtype: keyDtype === 'auto' ? undefined : keyDtype,
      valueDtype: valueDtype === 'auto' ? undefined : valueDtype,
    }),
    parallelism: given(Object.fromEntries(parallelism)),
    devices: readDevices(texts, reading, nameOf),
    ...given({ overheadBytes: read('overhead', parseSize) }),
  };
}

function readModel(texts: DeploymentTexts, nameOf: NameOf, defaults: Partial<DesignKnobs>): ModelRef {
  const hasKnobs = Object.keys(knobTexts(texts)).length > 0;
  if (texts.model !== undefined) {
    if (hasKnobs) {
      throw new InputError(
        `Give either a model or geometry by hand (${nameOf('embDim')} and so on), not both.`,
      );
    }
    return { id: texts.model };
  }
  if (!hasKnobs && defaults.embDim === undefined) {
    const [embDim, nHeads, nLayers] = (['embDim', 'nHeads', 'nLayers'] as const).map(nameOf);
    throw new InputError(`No model is given; name one, or give ${embDim}, ${nHeads} and ${nLayers}.`);
  }
  return { design: parseKnobs(texts, nameOf, defaults) };
}

/** Of each sequence; a size of all of them is shared out in whole tokens, as llama.cpp does it. */
function readContext(
  { context, ctxSize }: DeploymentTexts,
  numSequences: number | undefined,
  nameOf: NameOf,
): number | undefined {
  if (context !== undefined && ctxSize !== undefined) {
    throw new InputError(
      `${nameOf('context')} is of each sequence and ${nameOf('ctxSize')} of all together; give one of the two.`,
    );
  }
  if (ctxSize === undefined) {
    return context === undefined ? undefined : parseTokens(context, nameOf('context'));
  }
  if (/^0+$/.test(ctxSize.trim())) {
    return undefined;
  }
  const each = Math.floor(parseTokens(ctxSize, nameOf('ctxSize')) / (numSequences ?? 1));
  return checkInteger(each, `${nameOf('ctxSize')} over ${numSequences ?? 1} sequences`);
}

function readWeights({ weights, weightDtype }: DeploymentTexts, nameOf: NameOf): Deployment['weights'] {
  if (weights !== undefined && weightDtype !== undefined) {
    throw new InputError(
      `${nameOf('weights')} gives the size of the weights and ${nameOf('weightDtype')} another dtype for them; give one of the two.`,
    );
  }
  if (weights !== undefined) {
    return { bytes: parseBytes(weights, nameOf('weights')) };
  }
  return weightDtype === undefined ? undefined : { dtype: parseWeightFormat(weightDtype) };
}

function readEngine({ engine = 'ideal', settings = {} }: DeploymentTexts): Deployment['engine'] {
  const name = knownEngine(engine);
  const known = engineSettings(name);
  const values: SettingValues = Object.fromEntries(
    Object.entries(settings).map(([flag, text]) => {
      const setting = known.find((own) => own.flag === `--${flag}`);
      if (setting === undefined) {
        throw notASetting(`--${flag}`, [name]);
      }
      return [setting.key, parseSetting(setting, text)];
    }),
  );
  checkSettings(name, known, values);
  const { version, ...others } = values;
  return { name, ...(version === undefined ? {} : { release: String(version) }), settings: others };
}

/** What to say of a flag that none of these engines has. */
export function notASetting(flag: string, engines: readonly string[]): InputError {
  const owners = ENGINE_NAMES.filter((name) => engineSettings(name).some((setting) => setting.flag === flag));
  const which = `the engine ${engines.join(' and ')} does not have it`;
  return new InputError(
    owners.length === 0
      ? `${flag} is a setting of no engine.`
      : `${flag} is a setting of ${owners.join(' and ')}; ${which}.`,
  );
}

function readDevices(
  { gpu, gpus, memory }: DeploymentTexts,
  { gpusNamed }: Reading,
  nameOf: NameOf,
): readonly NamedDevices[] {
  const memoryBytes = memory === undefined ? undefined : parseBytes(memory, nameOf('memory'));
  const count = gpus === undefined ? undefined : parseInteger(gpus, nameOf('gpus'));
  const kinds: readonly NamedDevices[] =
    gpu === undefined ? [{}] : gpusNamed(gpu).map((kind) => ({ ...kind, gpu: kind.gpu.id }));
  if (kinds.length > 1 && (memoryBytes !== undefined || count !== undefined)) {
    const name = nameOf(memoryBytes === undefined ? 'gpus' : 'memory');
    throw new InputError(
      `${name} is of one kind of GPU, but ${nameOf('gpu')} names ${kinds.length}; leave it out.`,
    );
  }
  const devices = kinds.map((kind) => {
    if (count !== undefined && kind.count !== undefined && kind.count !== count) {
      throw new InputError(
        `${nameOf('gpu')} names ${kind.count} GPUs, but ${nameOf('gpus')} is ${count}; give one of the two.`,
      );
    }
    return { ...kind, ...given({ memoryBytes, count: count ?? kind.count }) };
  });
  return devices.filter((kind) => Object.keys(kind).length > 0);
}

function readDtype(text: string): DtypeName | 'auto' {
  return text.trim().toLowerCase() === 'auto' ? 'auto' : parseDtype(text);
}

/** A memory size that may be nothing. */
function parseSize(text: string, name: string): number {
  return /^0+\s*[a-z]*$/i.test(text.trim()) ? 0 : parseBytes(text, name);
}
