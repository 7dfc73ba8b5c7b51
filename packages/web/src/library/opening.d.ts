/** The model that the page opens with, read from the catalogue when the page is built. */
declare module 'virtual:opening-model' {
  import type { Model } from '@kv/core';

  const model: Model;
  export default model;
}
