import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPart } from './file-source.js';
import { type Limit, readTextFile } from './text.js';

/** A text, and the path or address that it is from. */
export interface NamedText {
  readonly text: string;
  readonly source: string;
}

/** The beginning of a file, and the path or address that it is from. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  readonly source: string;
}

/**
 * The files that make up a model: in a folder on disk, in a snapshot of the Hugging Face cache, in a repository of the
 * hub. Each rejects with an InputError where a file cannot be read.
 */
export interface ModelFiles {
  /** The whole of a text; undefined where there is no such file. */
  readonly text: (name: string, limit?: Limit) => Promise<NamedText | undefined>;
  /** The first `length` bytes of a file, fewer only where it ends; undefined where there is no such file. */
  readonly start: (name: string, length: number) => Promise<NamedBytes | undefined>;
}

/** The files in a folder on disk. */
export function folderFiles(folder: string): ModelFiles {
  return {
    text: async (name, limit) => {
      const source = join(folder, name);
      return existsSync(source) ? { text: await readTextFile(source, limit), source } : undefined;
    },
    start: async (name, length) => {
      const source = join(folder, name);
      return existsSync(source) ? { bytes: await readPart(source, 0, length), source } : undefined;
    },
  };
}
