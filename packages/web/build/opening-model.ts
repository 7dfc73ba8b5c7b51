import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import type { Plugin } from 'vite';

const NAME = 'virtual:opening-model';

/** Gives the page the model that it opens with, read from the catalogue, so that it needs neither catalogue nor reader. */
export function openingModel(id: string): Plugin {
  return {
    name: 'kv-opening-model',
    resolveId: (source) => (source === NAME ? `\0${NAME}` : undefined),
    load(source) {
      if (source !== `\0${NAME}`) {
        return undefined;
      }
      const entry = findEntry(id);
      if (entry === undefined) {
        this.error(`The catalogue has no ${id}, with which the page opens.`);
      }
      return `export default ${JSON.stringify(modelFromEntry(entry))};`;
    },
  };
}
