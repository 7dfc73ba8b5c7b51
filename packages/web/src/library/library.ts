import opening from 'virtual:opening-model';
import { InputError, type Model, type WeightFormat } from '@kv/core';
import { OPENING_MODEL } from '../state/state.js';
import { changed } from './changes.js';
import { type EngineState, engineState } from './engines.js';

/** What is known of the model that a row names. */
export type ModelState =
  | { readonly status: 'ready'; readonly model: Model }
  | { readonly status: 'loading' }
  /** It is on the hub, which is asked only when a person says so. */
  | { readonly status: 'unrequested' }
  | { readonly status: 'problem'; readonly message: string };

/** All that is known of what rows name: each is asked by name. */
export interface Library {
  readonly model: (reference: string) => ModelState;
  /** @param format that weights are to be stored in, where it is said. */
  readonly engine: (name: string, format?: WeightFormat) => EngineState;
}

/** The library of this page. */
export const LIBRARY: Library = { model: modelState, engine: engineState };

type Reader = typeof import('./reader.js');

const states = new Map<string, ModelState>([[OPENING_MODEL, { status: 'ready', model: opening }]]);
let reader: Promise<Reader> | undefined;

/** What is known of a model now. What the catalogue may know is looked up there, as soon as it is loaded. */
function modelState(reference: string): ModelState {
  const known = states.get(reference);
  if (known !== undefined) {
    return known;
  }
  if (reference.startsWith('file:')) {
    return {
      status: 'problem',
      message: `${reference.slice('file:'.length)} is not here any more: files that were dropped are never stored; drop it again.`,
    };
  }
  if (reference.startsWith('hf:')) {
    return { status: 'unrequested' };
  }
  void fill(reference, async () => (await loadReader()).catalogueModel(reference));
  return { status: 'loading' };
}

/** The part of the page that reads models: the catalogue, and what understands configs. Loaded once. */
export function loadReader(): Promise<Reader> {
  reader ??= import('./reader.js').catch(() => {
    reader = undefined;
    throw new InputError('The part of the page that reads models did not load; try again with a network.');
  });
  return reader;
}

/** Keeps a model that was read here, and returns the reference that a row names it by. */
export function keepLocal(name: string, model: Model): string {
  let reference = `file:${name}`;
  for (let copy = 2; states.has(reference); copy++) {
    reference = `file:${name} (${copy})`;
  }
  states.set(reference, { status: 'ready', model });
  changed();
  return reference;
}

/** Reads a model from elsewhere into a reference that rows already name. */
export async function fill(reference: string, read: () => Promise<Model>): Promise<void> {
  states.set(reference, { status: 'loading' });
  try {
    states.set(reference, { status: 'ready', model: await read() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    states.set(reference, { status: 'problem', message });
  }
  changed();
}
