import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import { gpuNamed } from '@kv/core/gpus';
import type { Plugin } from 'vite';

/**
 * Gives the page what it opens with, a model of the catalogue and a GPU, so that it needs neither list, nor what reads
 * models.
 */
export function opening(modelId: string, gpuId: string): readonly Plugin[] {
  return [
    virtual('virtual:opening-model', () => {
      const entry = findEntry(modelId);
      if (entry === undefined) {
        throw new Error(`The catalogue has no ${modelId}, with which the page opens.`);
      }
      return modelFromEntry(entry);
    }),
    virtual('virtual:opening-gpu', () => gpuNamed(gpuId)),
  ];
}

/** A module whose default export is a value of the build. */
function virtual(name: string, value: () => unknown): Plugin {
  return {
    name,
    resolveId: (source) => (source === name ? `\0${name}` : undefined),
    load: (source) => (source === `\0${name}` ? `export default ${JSON.stringify(value())};` : undefined),
  };
}
