import { ENGINE_NAMES, type EngineSetting, engineSettings, notASetting } from '@kv/core';
import { type Command, Option } from 'commander';

/**
 * Adds the settings of engines, under the engines' own flag names. Where none is named, those of all are understood, so that
 * what is meant can be said, but none is shown.
 */
export function addEngineSettings(command: Command, engines: readonly string[]): Command {
  const isShown = engines.length > 0;
  const owned = (isShown ? engines : ENGINE_NAMES).flatMap((name) =>
    engineSettings(name).map((setting) => ({ name, setting })),
  );
  for (const owner of owned) {
    const { flag } = owner.setting;
    const owners = owned.filter(({ setting }) => setting.flag === flag);
    if (owners[0] !== owner) {
      continue;
    }
    const group = `Settings of ${owners.map(({ name }) => name).join(' and ')}:`;
    for (const option of optionsFor(sharedSetting(owner, owners))) {
      command.addOption(isShown ? option.helpGroup(group) : option.hideHelp());
    }
  }
  return command;
}

interface Owner {
  readonly name: string;
  readonly setting: EngineSetting;
}

/** A flag of one engine or of several, with what it is to each. */
function sharedSetting(owner: Owner, owners: readonly Owner[]): EngineSetting {
  if (owners.length === 1) {
    return owner.setting;
  }
  const words = owners.flatMap(({ setting: { type } }) => (typeof type === 'string' ? [] : type));
  return {
    ...owner.setting,
    type: words.length === 0 ? owner.setting.type : [...new Set(words)],
    description: owners.map(({ name, setting }) => `${name}: ${setting.description}`).join('; '),
  };
}

/**
 * The flags' settings that an engine has, by their names without dashes, as typed; those that are on or off in a word.
 *
 * @param all engines that the flags name, one of which has to have each setting.
 * @param options of a command, as commander read them.
 * @throws InputError for a setting that none of them has.
 */
export function settingTexts(
  name: string,
  all: readonly string[],
  options: object,
): Readonly<Record<string, string>> {
  const given = givenSettings(options);
  const known = all.flatMap((engine) => engineSettings(engine).map(({ flag }) => flag));
  for (const { flag } of given) {
    if (!known.includes(flag)) {
      throw notASetting(flag, all);
    }
  }
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
    case 'number':
      return new Option(`${flag} <n>`, description);
    case 'fraction':
      return new Option(`${flag} <fraction>`, description);
    case 'text':
      return new Option(`${flag} <text>`, description);
    default:
      return new Option(`${flag} <${type.join('|')}>`, description);
  }
}
