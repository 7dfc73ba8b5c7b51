import {
  InputError,
  lacksQuantization,
  type Model,
  modelFromConfig,
  parseConfigText,
  withHfQuantConfig,
} from '@kv/core';
import type { ModelFiles } from './files.js';

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
 * The model in the text of a `config.json`, with the quantization in the `hf_quant_config.json` beside it where the
 * config states none.
 *
 * @param files beside it, where there can be any.
 * @throws InputError where a text is not understood; its message names the source.
 */
export async function modelFromConfigText(
  text: string,
  origin: TextOrigin,
  files?: ModelFiles,
): Promise<Model> {
  const config = naming(origin.source, () => parseConfigText(text));
  const isOpen = naming(origin.source, () => lacksQuantization(config));
  const beside = isOpen ? await files?.text('hf_quant_config.json') : undefined;
  const whole =
    beside === undefined
      ? config
      : naming(beside.source, () => withHfQuantConfig(config, parseConfigText(beside.text)));
  return naming(origin.source, () => ({ ...modelFromConfig(whole, origin), name: origin.name }));
}

/** What a text means; an error about it names its source. */
export function naming<Read>(source: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${source}: ${error.message}`) : error;
  }
}
