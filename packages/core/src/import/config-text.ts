import { InputError } from '../errors.js';

/** A text in quotes, or one of the numbers that Python writes and JSON does not know. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * The value of a `config.json`. Python's `NaN` and `Infinity`, which some published configs hold
 * (`time_step_limit` of Mamba 2), become null, which means "not set". Of a field that is there twice, the last counts, as
 * for Python's `json`, with which models are loaded.
 *
 * @throws InputError for anything else that is not JSON.
 */
export function parseConfigText(text: string): unknown {
  const plain = text
    .replace(/^\u{feff}/u, '')
    .replace(TEXT_OR_NUMBER, (found) => (found.startsWith('"') ? found : 'null'));
  try {
    return JSON.parse(plain);
  } catch (error) {
    throw new InputError(
      `This is not valid JSON (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}
