import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import type { ModelState } from '../src/library/library.js';

/** What the page knows of models, the whole catalogue loaded. */
export function catalogueState(reference: string): ModelState {
  if (reference.startsWith('hf:')) {
    return { status: 'unrequested' };
  }
  const entry = reference.length < 100 ? findEntry(reference) : undefined;
  return entry === undefined
    ? { status: 'problem', message: 'not in the catalogue' }
    : { status: 'ready', model: modelFromEntry(entry) };
}
