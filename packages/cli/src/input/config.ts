import { InputError, type Model, modelFromConfig, parseConfigText, withHfQuantConfig } from '@kv/core';

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
 * @param hfQuantConfig the `hf_quant_config.json` beside it, where there is one.
 * @throws InputError where a text is not understood; its message names the source.
 */
export function modelFromConfigText(
  text: string,
  origin: TextOrigin,
  hfQuantConfig?: { readonly text: string; readonly source: string },
): Model {
  const quantization =
    hfQuantConfig === undefined
      ? undefined
      : naming(hfQuantConfig.source, () => parseConfigText(hfQuantConfig.text));
  return naming(origin.source, () => {
    const config = parseConfigText(text);
    const whole = quantization === undefined ? config : withHfQuantConfig(config, quantization);
    return { ...modelFromConfig(whole, origin), name: origin.name };
  });
}

/** What a text means; an error about it names its source. */
function naming<Read>(source: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${source}: ${error.message}`) : error;
  }
}
