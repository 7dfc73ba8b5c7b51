import { readFileSync } from 'node:fs';
import type { GgufMetadata } from '../../../src/import/gguf.js';
import type { Layer } from '../../../src/model/layer.js';

interface Golden {
  readonly models: Readonly<
    Record<
      string,
      { readonly layers: readonly { count: number; layer: Layer }[]; readonly gguf: GgufMetadata }
    >
  >;
}

export const golden: Golden = JSON.parse(
  readFileSync(new URL('../../golden/llamacpp.json', import.meta.url), 'utf8'),
);
