import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Whether a file is a GGUF file, by its name or by its first four bytes. */
export function isGgufFile(path: string): boolean {
  if (/\.gguf$/i.test(path)) {
    return true;
  }
  try {
    // What is read from a pipe is gone for the next reader.
    if (!statSync(path).isFile()) {
      return false;
    }
    const file = openSync(path, 'r');
    try {
      const magic = Buffer.alloc(4);
      readSync(file, magic, 0, 4, 0);
      return magic.toString('latin1') === 'GGUF';
    } finally {
      closeSync(file);
    }
  } catch {
    // What cannot be opened, or not be read at a place, is said by whoever reads it.
    return false;
  }
}
