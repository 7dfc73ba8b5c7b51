import { InputError, type Model } from '@kv/core';
import { findEntry, modelFromEntry, nearestIds } from '@kv/core/catalogue';
import { isRepo } from './hub/reference.js';

/**
 * The published model that a name means.
 *
 * @throws InputError where the catalogue has none of that name, or several.
 */
export function modelFromCatalogue(name: string): Model {
  const entry = findEntry(name);
  if (entry === undefined) {
    throw new InputError(
      `"${name}" is neither a file or folder nor a model of the catalogue${nearText(nearestIds(name))}; "kv models" lists those, and hf:${hubName(name)} asks the Hugging Face hub.`,
    );
  }
  return modelFromEntry(entry);
}

function nearText(ids: readonly string[]): string {
  return ids.length === 0 ? '' : ` (the nearest: ${ids.join(', ')})`;
}

/** The name itself where the hub may have a model of it. */
function hubName(name: string): string {
  return name.includes('/') && isRepo(name) ? name : 'org/name';
}
