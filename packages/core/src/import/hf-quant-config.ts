import { asObject, field } from './fields.js';

/**
 * A config with the quantization that stands in an `hf_quant_config.json` beside it, where it states none itself: NVIDIA's
 * ModelOpt wrote only that file up to 0.29, and both since 0.31.
 *
 * Source: vllm-project/vllm, `transformers_utils/config.py` (`get_config`), commit 0036026.
 *
 * @param config a parsed `config.json`.
 * @param hfQuantConfig the parsed file beside it.
 * @throws InputError where one of them is not an object.
 */
export function withHfQuantConfig(
  config: unknown,
  hfQuantConfig: unknown,
): Readonly<Record<string, unknown>> {
  const stated = asObject(config, 'The config');
  return lacksQuantization(stated)
    ? { ...stated, quantization_config: asObject(hfQuantConfig, '"hf_quant_config.json"') }
    : stated;
}

/** Whether a parsed `config.json` states no quantization itself, so that the file beside it matters. */
export function lacksQuantization(config: unknown): boolean {
  return field(asObject(config, 'The config'), 'quantization_config') === undefined;
}
