import type { SettingValues } from '../deployment/deployment.js';
import type { Model } from '../model/model.js';
import { ENGINE_SETTINGS, type EngineName, knownEngine } from './all-settings.js';
import type { Engine } from './contract.js';
import { ideal } from './ideal/engine.js';
import { llamacpp } from './llamacpp/engine.js';
import { checkSettings, type SettingsOf } from './settings.js';
import { sglang } from './sglang/engine.js';
import { transformers } from './transformers/engine.js';
import { vllm } from './vllm/engine.js';

/** The engine that results from settings of its own. */
const ENGINES: {
  readonly [Name in EngineName]: (
    values: SettingsOf<(typeof ENGINE_SETTINGS)[Name]>,
    draft?: Model,
  ) => Engine;
} = { ideal: () => ideal, 'llama.cpp': llamacpp, sglang, transformers, vllm };

/**
 * The engine of that name. Settings that are absent are as the engine itself has them when told nothing.
 *
 * @param draft the model that drafts, where it is another than the one that runs; engines that do not draft leave it alone.
 * @throws InputError for an unknown name, with the nearest known one, and for a setting that the engine does not have
 *   or that makes no sense.
 */
export function engineNamed(name: string, values: SettingValues = {}, draft?: Model): Engine {
  return made(knownEngine(name), values, draft);
}

function made<Name extends EngineName>(name: Name, values: SettingValues, draft?: Model): Engine {
  return ENGINES[name](checkSettings(name, ENGINE_SETTINGS[name], values), draft);
}
