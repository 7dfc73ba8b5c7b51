import type { Deployment, NamedDevices, SettingValues } from '../deployment/deployment.js';
import { textsOfKnobs } from '../designs/knobs.js';
import { engineSettings } from '../engines/all-settings.js';
import { given } from '../text/given.js';
import { formatTokens, writtenBytes } from '../text/units.js';
import { type DeploymentTexts, flagOf, PARALLELISM_TEXTS, type TextName } from './texts.js';

/** The texts that `readDeployment` reads back as this deployment; those of a model that is not known have none. */
export function textsOf(deployment: Deployment): DeploymentTexts {
  const { model, weights, engine, load, parallelism, overheadBytes } = deployment;
  const { contextLength, numSequences, keyDtype, valueDtype } = load;
  const written = (count: number | undefined) => (count === undefined ? undefined : String(count));
  return given({
    model: 'id' in model ? model.id : undefined,
    ...('design' in model ? textsOfKnobs(model.design) : {}),
    context: contextLength === undefined ? undefined : formatTokens(contextLength),
    sequences: written(numSequences),
    ...(keyDtype === valueDtype ? { kvDtype: keyDtype } : { keyDtype, valueDtype }),
    engine: engine.name === 'ideal' ? undefined : engine.name,
    ...Object.fromEntries(PARALLELISM_TEXTS.map(([name, key]) => [name, written(parallelism[key])])),
    ...deviceTexts(deployment),
    weights: weights !== undefined && 'bytes' in weights ? writtenBytes(weights.bytes) : undefined,
    weightDtype: weights !== undefined && 'dtype' in weights ? weights.dtype : undefined,
    overhead: overheadBytes === undefined ? undefined : writtenBytes(overheadBytes),
    settings: settingTexts(engine),
  });
}

/** The command's arguments that say this deployment: the model, then flags. */
export function flagsOf(deployment: Deployment): readonly string[] {
  const { model, settings = {}, ...texts } = textsOf(deployment);
  const flags = Object.entries(texts).flatMap(([name, text]) => [flagOf(name as TextName), text]);
  return [
    ...(model === undefined ? [] : [model]),
    ...flags,
    ...settingFlags(deployment.engine.name, settings),
  ];
}

/** An engine's settings as its flags: `--block-size 32`, `--swa-full`, `--no-async-scheduling`. */
function settingFlags(engine: string, texts: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(texts).flatMap(([flag, text]) => {
    const setting = engineSettings(engine).find((own) => own.flag === `--${flag}`);
    return setting?.type === 'boolean'
      ? [text === 'off' ? `--no-${flag}` : `--${flag}`]
      : [`--${flag}`, text];
  });
}

function settingTexts({ name, release, settings }: Deployment['engine']): DeploymentTexts['settings'] {
  const values: SettingValues = { ...given({ version: release }), ...settings };
  const texts = engineSettings(name).flatMap(({ key, flag }) => {
    const value = values[key];
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
    return text === undefined ? [] : [[flag.replace(/^--/, ''), String(text)]];
  });
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function deviceTexts({ devices }: Deployment): Pick<DeploymentTexts, 'gpu' | 'gpus' | 'memory'> {
  const [first, ...others] = devices;
  if (first === undefined) {
    return {};
  }
  if (others.length > 0) {
    return { gpu: devices.map(countedName).join(',') };
  }
  const { gpu, memoryBytes, count } = first;
  return given({
    gpu,
    gpus: count === undefined ? undefined : String(count),
    memory: memoryBytes === undefined ? undefined : writtenBytes(memoryBytes),
  });
}

function countedName({ gpu = '', count }: NamedDevices): string {
  return count === undefined ? gpu : `${count}x${gpu}`;
}
