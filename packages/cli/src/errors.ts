/**
 * The machine lacks something that the command needs: a network, a file in a cache. The message is one sentence that
 * says what, and what to do.
 */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}
