import { InputError, type Model, modelFromConfig, parseConfigText } from '@kv/core';
import { findEntry, modelFromEntry, nearestIds, searchCatalogue } from '@kv/core/catalogue';

/** A line of the list of models that match what was typed. */
export interface Match {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
}

/** The catalogue's models whose names or architectures hold every word of a text; all of them for an empty one. */
export function matches(text: string): readonly Match[] {
  return searchCatalogue(text).map(({ id }) => {
    const [organization = '', name = id] = id.split('/');
    return { id, name, organization };
  });
}

/**
 * The catalogue's model of that name.
 *
 * @throws InputError where there is none, with the nearest names.
 */
export function catalogueModel(name: string): Model {
  const entry = findEntry(name);
  if (entry === undefined) {
    const near = nearestIds(name);
    throw new InputError(
      `The catalogue has no model "${name}"${near.length === 0 ? '; an org/name that is typed here can be fetched from huggingface.co.' : `; did you mean ${near.join(' or ')}?`}`,
    );
  }
  return modelFromEntry(entry);
}

/**
 * The model in the text of a `config.json`.
 *
 * @throws InputError naming the file where its text is not understood.
 */
export function configModel(text: string, name: string, source: string): Model {
  return named(source, () => ({ ...modelFromConfig(parseConfigText(text), { id: name, source }), name }));
}

/** What a function reads; messages begin with where it reads from. */
function named(source: string, read: () => Model): Model {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${source}: ${error.message}`) : error;
  }
}
