import { InputError, type Model, modelFromConfig, parseConfigText } from '@kv/core';

/** Where the text of a `config.json` comes from, and what its model is called. */
export interface TextOrigin {
  /** The published id, a path, or `-`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** A path or an address, for messages and for `model.source`. */
  readonly source: string;
}

/**
 * The model in the text of a `config.json`.
 *
 * @throws InputError where the text is not understood; its message names the source.
 */
export function modelFromConfigText(text: string, origin: TextOrigin): Model {
  try {
    return { ...modelFromConfig(parseConfigText(text), origin), name: origin.name };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${origin.source}: ${error.message}`) : error;
  }
}
