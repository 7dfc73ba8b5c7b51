/** The model that the page opens with, read from the catalogue when the page is built. */
declare module 'virtual:opening-model' {
  import type { Model } from '@kv/core';

  const model: Model;
  export default model;
}

/** The GPU that it opens with. */
declare module 'virtual:opening-gpu' {
  import type { Gpu } from '@kv/core/gpus';

  const gpu: Gpu;
  export default gpu;
}
