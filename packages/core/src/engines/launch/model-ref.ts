import type { ModelRef } from '../../deployment/deployment.js';
import type { LaunchWord } from './command.js';
import { isSecretValue } from './secrets.js';

/**
 * The model that a word names: an id of the hub or of Ollama, as `org/name`, `hf:org/name`, `org/name:Q4_K_M` or an
 * address of huggingface.co. Files and folders of the machine that the command runs on are unknown, and so is what a
 * variable would say.
 *
 * @param give the flag that says it, for the sentence that asks for it.
 */
export function modelRef({ text, unknown }: LaunchWord, give: string): ModelRef {
  if (unknown !== undefined) {
    return { unknown: text, give };
  }
  if (isSecretValue(text)) {
    return { unknown: 'an address with a password in it', give };
  }
  const hub = /^https?:\/\/(?:www\.)?huggingface\.co\/([\w.-]+\/[\w.-]+)/.exec(text)?.[1];
  if (hub !== undefined) {
    return { id: hub };
  }
  return isPath(text) || isPlaceholder(text) ? { unknown: text, give } : { id: text };
}

function isPath(text: string): boolean {
  const name = text.replace(/^hf:/, '');
  return (
    /^(?:[./~\\]|[a-z]:[\\/])/i.test(name) ||
    /^[a-z][a-z0-9+]*:\/\//i.test(name) ||
    /\.(?:gguf|bin|safetensors)$/i.test(name) ||
    name.split(/[\\/]/).length > 2
  );
}

/** `[model_path]`, `<model>`, `{model}`: what stands in documents for a name. */
function isPlaceholder(text: string): boolean {
  return text === '' || /^[[<{(].*[\]>})]$/.test(text);
}
