import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Folders with a `config.json` as published under that id on the Hugging Face hub; copied from
 * ai-dynamo/aiconfigurator, `model_configs`, commit 095f58a51.
 */
export const CONFIGS = {
  'meta-llama/Llama-3.1-8B': folder('Llama-3.1-8B'),
  'deepseek-ai/DeepSeek-V3': folder('DeepSeek-V3'),
};

function folder(name: string): string {
  return fileURLToPath(new URL(`configs/${name}`, import.meta.url));
}

/** The fields of a published config, some of them changed. */
export function changedConfig(id: keyof typeof CONFIGS, changes: Readonly<Record<string, unknown>>): string {
  const published = JSON.parse(readFileSync(`${CONFIGS[id]}/config.json`, 'utf8')) as object;
  return JSON.stringify({ ...published, ...changes });
}
