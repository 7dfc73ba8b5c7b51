import { InputError } from '../text/errors.js';

/**
 * Where a text in quotes begins or ends, what in one is not its end, or one of the numbers that Python writes and JSON
 * does not know. Nothing of it repeats, so that no text costs more than its length.
 */
const QUOTE_OR_NUMBER = /\\.|"|-?\bInfinity\b|\bNaN\b/gs;

/**
 * The value of a `config.json`. Python's `NaN` and `Infinity`, which some published configs hold
 * (`time_step_limit` of Mamba 2), become null, which means "not set". Of a field that is there twice, the last counts, as
 * for Python's `json`, with which models are loaded.
 *
 * @throws InputError for anything else that is not JSON.
 */
export function parseConfigText(text: string): unknown {
  const plain = text.replace(/^\u{feff}/u, '');
  try {
    return JSON.parse(plain);
  } catch {
    return parsePythonText(plain);
  }
}

function parsePythonText(text: string): unknown {
  let isQuoted = false;
  const plain = text.replace(QUOTE_OR_NUMBER, (found) => {
    if (found === '"') {
      isQuoted = !isQuoted;
      return found;
    }
    return isQuoted || found.startsWith('\\') ? found : 'null';
  });
  try {
    return JSON.parse(plain);
  } catch (error) {
    throw new InputError(
      `This is not valid JSON (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}
