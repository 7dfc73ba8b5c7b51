/** Bytes that can be read in part: a file, a blob, an address. */
export interface ByteSource {
  /** For messages: a path, an address. */
  readonly name: string;
  /**
   * The `length` bytes from `offset` on; fewer only where the source ends.
   *
   * Rejects with an InputError, which names the source, where they cannot be read.
   */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}
