import type { Engine } from './engine.js';
import { ideal } from './engines/ideal.js';
import { InputError } from './errors.js';
import { nearest } from './nearest.js';

const ENGINES: Readonly<Record<string, () => Engine>> = {
  ideal: () => ideal,
};

/** The names of all engines, `ideal` first. */
export const ENGINE_NAMES: readonly string[] = Object.keys(ENGINES);

/**
 * The engine of that name, with its default settings.
 *
 * @throws InputError for an unknown name, with the nearest known one.
 */
export function engineNamed(name: string): Engine {
  const engine = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (engine === undefined) {
    const guess = nearest(name, ENGINE_NAMES);
    throw new InputError(
      `Unknown engine "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${ENGINE_NAMES.join(', ')}.`,
    );
  }
  return engine();
}
