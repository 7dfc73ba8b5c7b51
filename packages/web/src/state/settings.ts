import { ENGINE_NAMES, type EngineSetting, engineSettings } from '@kv/core';

/** A setting of an engine, with its name in a state: its flag without the dashes. */
export type NamedSetting = EngineSetting & { readonly name: string };

/** The settings that an engine has; none for an engine that is not known. */
export function settingsOf(engine: string): readonly NamedSetting[] {
  return ENGINE_NAMES.includes(engine)
    ? engineSettings(engine).map((setting) => ({ ...setting, name: setting.flag.replace(/^--/, '') }))
    : [];
}
