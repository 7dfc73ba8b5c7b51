import type { Model } from '@kv/core';

/** A model that a person chose or dropped: a file, or several of one model. */
export interface ModelFile {
  readonly name: string;
  /** @throws InputError naming the file where it holds no model that is understood. */
  readonly read: () => Promise<Model>;
}
