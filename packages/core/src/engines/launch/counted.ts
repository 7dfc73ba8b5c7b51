import type { EngineSetting } from '../settings.js';

/** Keys of settings that an engine's rules count. */
export function countedKeys(settings: readonly EngineSetting[]): ReadonlySet<string> {
  return new Set(settings.map(({ key }) => key));
}

/** The release in the tag of an image: `vllm/vllm-openai:v0.10.0-cu128` is 0.10.0. */
export function releaseOfTag(image: string | undefined, pattern: RegExp): string | undefined {
  return image === undefined ? undefined : pattern.exec(image)?.[1];
}
