import { deepseek } from './families/deepseek.js';
import { gemma3 } from './families/gemma3.js';
import { llama } from './families/llama.js';
import { mistral } from './families/mistral.js';
import { qwen } from './families/qwen.js';
import type { Family } from './family.js';

/** Which family reads a config, by its `model_type`. */
const FAMILIES: Readonly<Record<string, Family>> = {
  llama,
  mistral,
  mixtral: mistral,
  qwen2: qwen,
  qwen2_moe: qwen,
  qwen3: qwen,
  qwen3_moe: qwen,
  gemma3_text: gemma3,
  deepseek_v2: deepseek,
  deepseek_v3: deepseek,
};

/** The family of that `model_type`, or undefined. */
export function familyOf(modelType: string): Family | undefined {
  return Object.hasOwn(FAMILIES, modelType) ? FAMILIES[modelType] : undefined;
}

/** Every `model_type` with a family of its own. */
export const KNOWN_MODEL_TYPES: readonly string[] = Object.keys(FAMILIES);
