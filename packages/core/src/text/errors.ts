/**
 * The caller gave something that cannot be estimated: a wrong number, an unknown name, a config that is not
 * understood. The message is one sentence that says what, where and what would be right, ready to be shown.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** What `run` returns, or what `refused` makes of the InputError that it throws; other errors are thrown on. */
export function unlessRefused<Value, Other>(
  run: () => Value,
  refused: (error: InputError) => Other,
): Value | Other {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) {
      return refused(error);
    }
    throw error;
  }
}
