import { InputError } from '../text/errors.js';
import { type Config, optionalObject } from './fields.js';

/** Keys under which multimodal wrappers keep the config of their text model, `thinker_config` around another one. */
const TEXT_CONFIG_KEYS = [
  'text_config',
  'llm_config',
  'language_config',
  'language_model',
  'thinker_config',
  'text_model_config',
] as const;

/** A wrapper inside a wrapper is the most that is published (Qwen-Omni's thinker). */
const MAX_DEPTH = 2;

/**
 * The part of a published config that describes the text model: the config itself, or that inside a multimodal wrapper.
 * A vision config beside it goes along for the architectures whose text layers attend to an image.
 *
 * Source: huggingface/transformers, `configuration_utils.py` (`PreTrainedConfig.get_text_config`) and the wrappers'
 * own classes, 5.23.0.
 *
 * @throws InputError where several parts could be the text model's.
 */
export function textConfigOf(published: Config, depth = MAX_DEPTH): Config {
  const found = TEXT_CONFIG_KEYS.flatMap((key) => {
    const nested = optionalObject(published, key);
    return nested === undefined ? [] : [{ key, nested }];
  });
  const [text, ...others] = found;
  if (text === undefined || depth === 0) {
    return published;
  }
  if (others.length > 0) {
    const keys = found.map(({ key }) => `"${key}"`).join(' and ');
    throw new InputError(
      `The config has ${keys}, each of which may be the text model's; pass that one alone.`,
    );
  }
  const inner = textConfigOf(text.nested, depth - 1);
  const vision = optionalObject(published, 'vision_config');
  return vision === undefined || Object.hasOwn(inner, 'vision_config')
    ? inner
    : { ...inner, vision_config: vision };
}
