import { modelFromConfig } from '../import/config.js';
import type { Model, Weights } from '../model/model.js';

/** A published model: the fields of its `config.json` that matter, as published. */
export interface CatalogueEntry {
  /** `organization/name` on Hugging Face. */
  readonly id: string;
  /** Other ids of the same shape: a former name of the repository, a copy, or an instruct, base or dated variant. */
  readonly aliases?: readonly string[];
  /** Where the config was read. */
  readonly source: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** In how many files engines' sources name it, which says how well known it is; 0 by default. */
  readonly mentions?: number;
  /** Where the published index of the checkpoint states them. */
  readonly weights?: Weights;
}

/** The model that an entry describes, under its name without the organization. */
export function modelFromEntry({ id, source, config, weights }: CatalogueEntry): Model {
  return {
    ...modelFromConfig(config, { id, source }),
    name: nameOf(id),
    ...(weights !== undefined && { weights }),
  };
}

/** `Llama-3.1-8B` of `meta-llama/Llama-3.1-8B`. */
export function nameOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
