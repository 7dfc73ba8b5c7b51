import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';
import { LLAMACPP_SETTINGS } from './llamacpp/settings.js';
import type { EngineSetting } from './settings.js';
import { SGLANG_SETTINGS } from './sglang/settings.js';
import { TRANSFORMERS_SETTINGS } from './transformers/settings.js';
import { VLLM_SETTINGS } from './vllm/settings.js';

/** What can be asked of each engine, apart from its rules, so that forms and help need not load those. */
export const ENGINE_SETTINGS = {
  ideal: [],
  'llama.cpp': LLAMACPP_SETTINGS,
  sglang: SGLANG_SETTINGS,
  transformers: TRANSFORMERS_SETTINGS,
  vllm: VLLM_SETTINGS,
} as const satisfies Readonly<Record<string, readonly EngineSetting[]>>;

export type EngineName = keyof typeof ENGINE_SETTINGS;

/** The names of all engines, `ideal` first. */
export const ENGINE_NAMES: readonly string[] = Object.keys(ENGINE_SETTINGS);

/**
 * The settings that an engine understands.
 *
 * @throws InputError for an unknown name, with the nearest known one.
 */
export function engineSettings(name: string): readonly EngineSetting[] {
  return ENGINE_SETTINGS[knownEngine(name)];
}

/**
 * The name, if it is one of an engine.
 *
 * @throws InputError for an unknown name, with the nearest known one.
 */
export function knownEngine(name: string): EngineName {
  if (Object.hasOwn(ENGINE_SETTINGS, name)) {
    return name as EngineName;
  }
  const guess = nearest(name, ENGINE_NAMES);
  throw new InputError(
    `Unknown engine "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${ENGINE_NAMES.join(', ')}.`,
  );
}
