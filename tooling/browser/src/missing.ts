/** This machine has no browser that works, or not the one that was named. The message says what to do. */
export class MissingBrowserError extends Error {
  override readonly name = 'MissingBrowserError';
}
