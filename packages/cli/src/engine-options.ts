import {
  ENGINE_NAMES,
  type Engine,
  type EngineSetting,
  engineNamed,
  engineSettings,
  InputError,
  parseSetting,
  type SettingValues,
} from '@kv/core';
import { type Command, Option } from 'commander';

/** Adds the settings of all engines, each once, under the engines' own flag names. */
export function addEngineSettings(command: Command): Command {
  const owned = ENGINE_NAMES.flatMap((name) =>
    engineSettings(name).map((setting) => ({ name, setting, flag: setting.flag })),
  );
  for (const { name, setting, flag } of owned) {
    const owners = owned.filter((other) => other.flag === flag);
    if (owners.length === 1) {
      for (const option of optionsFor(setting)) {
        command.addOption(option.helpGroup(`Settings of ${name}:`));
      }
    } else if (name === owners[0]?.name) {
      const meanings = owners.map((owner) => `${owner.name}: ${owner.setting.description}`);
      const words = owners.flatMap(({ setting: { type } }) => (typeof type === 'string' ? [] : type));
      const type = typeof setting.type === 'string' ? setting.type : [...new Set(words)];
      for (const option of optionsFor({ ...setting, type, description: meanings.join('; ') })) {
        command.addOption(option.helpGroup('Settings of several engines:'));
      }
    }
  }
  return command;
}

/**
 * The engines of these names, each with those of the flags' settings that it has.
 *
 * @param options of a command, as commander read them.
 * @throws InputError for an unknown engine, a value that makes no sense, and a setting that none of them has.
 */
export function enginesFrom(names: readonly string[], options: object): readonly Engine[] {
  const given = givenSettings(options);
  const known = names.flatMap((name) => engineSettings(name).map(({ flag }) => flag));
  for (const { flag } of given) {
    if (!known.includes(flag)) {
      const owners = ENGINE_NAMES.filter((name) =>
        engineSettings(name).some((setting) => setting.flag === flag),
      );
      throw new InputError(
        `${flag} is a setting of ${owners.join(' and ')}; the engine ${names.join(' and ')} does not have it.`,
      );
    }
  }
  return names.map((name) => engineNamed(name, settingsOf(name, given)));
}

/** The flags' settings that an engine has, by their names without dashes, as typed; those that are on or off in a word. */
export function settingTexts(name: string, options: object): Readonly<Record<string, string>> {
  const given = givenSettings(options);
  return Object.fromEntries(
    engineSettings(name).flatMap(({ flag }) => {
      const value = given.find((setting) => setting.flag === flag)?.value;
      const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
      return text === undefined ? [] : [[flag.replace(/^--/, ''), String(text)]];
    }),
  );
}

interface GivenSetting {
  readonly flag: string;
  readonly value: unknown;
}

function givenSettings(options: object): readonly GivenSetting[] {
  const values = options as Readonly<Record<string, unknown>>;
  const flags = new Map(
    ENGINE_NAMES.flatMap(engineSettings).map((setting) => [setting.flag, optionFor(setting).attributeName()]),
  );
  return [...flags]
    .map(([flag, attribute]) => ({ flag, value: values[attribute] }))
    .filter(({ value }) => value !== undefined);
}

function settingsOf(name: string, given: readonly GivenSetting[]): SettingValues {
  return Object.fromEntries(
    engineSettings(name).flatMap((setting) => {
      const value = given.find(({ flag }) => flag === setting.flag)?.value;
      return value === undefined
        ? []
        : [[setting.key, typeof value === 'boolean' ? value : parseSetting(setting, String(value))]];
    }),
  );
}

/** The setting's flag, and for one that is on or off the flag that turns it off, as vLLM and llama.cpp spell it. */
function optionsFor(setting: EngineSetting): readonly Option[] {
  const option = optionFor(setting);
  return setting.type === 'boolean'
    ? [option, new Option(setting.flag.replace(/^--/, '--no-'), `turns ${setting.flag} off`)]
    : [option];
}

function optionFor({ flag, type, description }: EngineSetting): Option {
  switch (type) {
    case 'boolean':
      return new Option(flag, description);
    case 'integer':
      return new Option(`${flag} <n>`, description);
    case 'fraction':
      return new Option(`${flag} <fraction>`, description);
    case 'text':
      return new Option(`${flag} <text>`, description);
    default:
      return new Option(`${flag} <${type.join('|')}>`, description);
  }
}
