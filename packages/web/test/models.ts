import { budgetNamed, engineNamed, weightsInFormat } from '@kv/core';
import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import type { Library, ModelState } from '../src/library/library.js';

/** What the page knows once the whole catalogue and the rules of all engines are loaded. */
export const LIBRARY: Library = {
  model: catalogueState,
  engine: () => ({ status: 'ready', engineNamed, budgetNamed, weightsInFormat }),
};

function catalogueState(reference: string): ModelState {
  if (reference.startsWith('hf:')) {
    return { status: 'unrequested' };
  }
  const entry = reference.length < 100 ? findEntry(reference) : undefined;
  return entry === undefined
    ? { status: 'problem', message: 'not in the catalogue' }
    : { status: 'ready', model: modelFromEntry(entry) };
}
