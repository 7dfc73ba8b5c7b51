/** A browser that can be started. */
export interface BrowserExecutable {
  readonly path: string;
  /** Environment variables that it needs beside the usual ones. */
  readonly env: Readonly<Record<string, string>>;
}
