import { InputError } from '@kv/core';
import type { FormatOptions } from '../flags/options.js';

/** How an answer is printed. */
export type Format = 'text' | 'json' | 'csv' | 'markdown';

/** The one format that the flags ask for; text for people by default. */
export function formatOf(options: FormatOptions): Format {
  const asked = (['json', 'csv', 'markdown'] as const).filter((format) => options[format] === true);
  if (asked.length > 1) {
    throw new InputError(`Choose one of ${asked.map((format) => `--${format}`).join(' and ')}.`);
  }
  return asked[0] ?? 'text';
}
