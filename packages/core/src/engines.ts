import type { Engine } from './engine.js';
import { ENGINE_SETTINGS, type EngineName, knownEngine } from './engine-settings.js';
import { ideal } from './engines/ideal.js';
import { llamacpp } from './engines/llamacpp.js';
import { sglang } from './engines/sglang.js';
import { transformers } from './engines/transformers.js';
import { vllm } from './engines/vllm.js';
import { checkSettings, type SettingsOf, type SettingValues } from './settings.js';

/** The engine that results from settings of its own. */
const ENGINES: {
  readonly [Name in EngineName]: (values: SettingsOf<(typeof ENGINE_SETTINGS)[Name]>) => Engine;
} = { ideal: () => ideal, 'llama.cpp': llamacpp, sglang, transformers, vllm };

/**
 * The engine of that name. Settings that are absent are as the engine itself has them when told nothing.
 *
 * @throws InputError for an unknown name, with the nearest known one, and for a setting that the engine does not have
 *   or that makes no sense.
 */
export function engineNamed(name: string, values: SettingValues = {}): Engine {
  return made(knownEngine(name), values);
}

function made<Name extends EngineName>(name: Name, values: SettingValues): Engine {
  return ENGINES[name](checkSettings(name, ENGINE_SETTINGS[name], values));
}
