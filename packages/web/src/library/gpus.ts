import opening from 'virtual:opening-gpu';
import type { Gpu } from '@kv/core/gpus';
import { changed } from './changes.js';

let list: readonly Gpu[] = [opening];
let loading: Promise<void> | undefined;

/** The GPUs that are known now: the one that the page opens with, and once they are asked for all others. */
export function knownGpus(): readonly Gpu[] {
  return list;
}

/**
 * The GPU of an id; undefined while the list, which it asks for, is on its way.
 *
 * @throws InputError for a GPU that is not known.
 */
export function gpuById(id: string): Gpu | undefined {
  const found = list.find((gpu) => gpu.id === id);
  if (found === undefined && gpuNamed === undefined) {
    void loadGpus();
  }
  return found ?? gpuNamed?.(id);
}

let gpuNamed: typeof import('@kv/core/gpus').gpuNamed | undefined;

/** Loads the list, once; where that fails, the next reader tries again. */
export function loadGpus(): Promise<void> {
  loading ??= import('./gpu-list.js').then(
    (all) => {
      list = all.GPUS;
      gpuNamed = all.gpuNamed;
      changed();
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
}
