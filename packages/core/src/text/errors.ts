/**
 * The caller gave something that cannot be estimated: a wrong number, an unknown name, a config that is not
 * understood. The message is one sentence that says what, where and what would be right, ready to be shown.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}
