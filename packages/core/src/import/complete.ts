import { InputError } from '../text/errors.js';
import { CONFIG_CLASSES } from './config-classes.js';
import { type Config, describe, field } from './fields.js';

/**
 * What every published config states itself. Where a file lacks one, it is cut short, and a default would be a guess
 * in silence; nested configs alone are saved without the values that equal the class's defaults.
 */
const ALWAYS_STATED: ReadonlySet<string> = new Set([
  'hidden_size',
  'num_hidden_layers',
  'num_attention_heads',
  'intermediate_size',
  'decoder_layers',
  'decoder_attention_heads',
]);

/**
 * The config under the standard names, with the defaults of its config class where a field is absent. A field that is
 * null stays null: the class reads that as "not set", not as its default.
 *
 * Source: huggingface/transformers, `configuration_utils.py` (`attribute_map`, `PreTrainedConfig.to_diff_dict`) and
 * the config class of each `model_type`, 5.24.0.
 *
 * @param nested whether it is the text config inside a wrapper's.
 * @throws InputError where two names of one field disagree.
 */
export function complete(config: Config, modelType: string, nested: boolean): Config {
  const known = Object.hasOwn(CONFIG_CLASSES, modelType) ? CONFIG_CLASSES[modelType] : undefined;
  if (known === undefined) {
    return config;
  }
  const renamed: Record<string, unknown> = {};
  for (const [name, alias] of Object.entries(known.aliases)) {
    const [value, other] = [field(config, alias), field(config, name)];
    if (value !== undefined && other !== undefined && value !== other) {
      throw new InputError(
        `The config says both "${name}" ${describe(other)} and "${alias}" ${describe(value)}, which mean the same; keep one.`,
      );
    }
    if (value !== undefined) {
      renamed[name] = value;
    }
  }
  const stated = { ...config, ...renamed };
  const defaults = Object.entries(known.defaults).filter(
    ([name]) => !Object.hasOwn(stated, name) && (nested || !ALWAYS_STATED.has(name)),
  );
  return { ...stated, ...Object.fromEntries(defaults) };
}
