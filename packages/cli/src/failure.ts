import { printable } from './terminal/printable.js';

/** How a command ends that did not succeed. */
export interface Failure {
  /** 0: only help was asked for; 1: our bug; 2: bad input; 3: something that the machine lacks. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** One sentence for stderr, absent where there is nothing to say. */
  readonly message?: string;
}

/**
 * What to tell the user about an error, and which exit code to end with. Errors are told apart by their names, so that
 * nothing is loaded only to recognize an error of it.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) {
    return bug(String(error));
  }
  switch (error.name) {
    case 'InputError':
      return { exitCode: 2, message: printable(error.message) };
    case 'MissingBrowserError':
    case 'MissingError':
      return { exitCode: 3, message: printable(error.message) };
    case 'CommanderError':
      return commanderFailure(error as Error & { readonly code: string; readonly exitCode: number });
    default:
      return bug(error.stack ?? error.message);
  }
}

function commanderFailure(error: Error & { readonly code: string; readonly exitCode: number }): Failure {
  if (error.exitCode === 0) {
    return { exitCode: 0 };
  }
  const sentence = printable(error.message.replace(/^error: /, '').replaceAll('\n', ' '));
  return { exitCode: 2, message: `${sentence}${/[.)]$/.test(sentence) ? '' : '.'} See "kv --help".` };
}

function bug(details: string): Failure {
  return { exitCode: 1, message: `this is a bug in kv, please report it: ${details}` };
}
