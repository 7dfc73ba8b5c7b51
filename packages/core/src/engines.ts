import type { Engine } from './engine.js';
import { ideal } from './engines/ideal.js';
import { LLAMACPP_SETTINGS, llamacpp } from './engines/llamacpp.js';
import { SGLANG_SETTINGS } from './engines/sglang/settings.js';
import { sglang } from './engines/sglang.js';
import { TRANSFORMERS_SETTINGS } from './engines/transformers/settings.js';
import { transformers } from './engines/transformers.js';
import { VLLM_SETTINGS } from './engines/vllm/settings.js';
import { vllm } from './engines/vllm.js';
import { InputError } from './errors.js';
import { nearest } from './nearest.js';
import { checkSettings, type EngineSetting, type SettingsOf, type SettingValues } from './settings.js';

/** What can be asked of an engine, and the engine that results. */
interface EngineKind {
  readonly settings: readonly EngineSetting[];
  readonly make: (values: SettingValues) => Engine;
}

const ENGINES: Readonly<Record<string, EngineKind>> = {
  ideal: kind('ideal', [], () => ideal),
  'llama.cpp': kind('llama.cpp', LLAMACPP_SETTINGS, llamacpp),
  sglang: kind('sglang', SGLANG_SETTINGS, sglang),
  transformers: kind('transformers', TRANSFORMERS_SETTINGS, transformers),
  vllm: kind('vllm', VLLM_SETTINGS, vllm),
};

function kind<const Settings extends readonly EngineSetting[]>(
  name: string,
  settings: Settings,
  make: (values: SettingsOf<Settings>) => Engine,
): EngineKind {
  return { settings, make: (values) => make(checkSettings(name, settings, values)) };
}

/** The names of all engines, `ideal` first. */
export const ENGINE_NAMES: readonly string[] = Object.keys(ENGINES);

/**
 * The engine of that name. Settings that are absent are as the engine itself has them when told nothing.
 *
 * @throws InputError for an unknown name, with the nearest known one, and for a setting that the engine does not have
 *   or that makes no sense.
 */
export function engineNamed(name: string, values: SettingValues = {}): Engine {
  return engineKind(name).make(values);
}

/**
 * The settings that an engine understands.
 *
 * @throws InputError for an unknown name, with the nearest known one.
 */
export function engineSettings(name: string): readonly EngineSetting[] {
  return engineKind(name).settings;
}

function engineKind(name: string): EngineKind {
  const found = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (found === undefined) {
    const guess = nearest(name, ENGINE_NAMES);
    throw new InputError(
      `Unknown engine "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${ENGINE_NAMES.join(', ')}.`,
    );
  }
  return found;
}
