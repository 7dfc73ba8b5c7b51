import { placeOfRelease } from '../release-place.js';
import type { EngineSetting, SettingsOf } from '../settings.js';
import { TRANSFORMERS_RELEASE_NAMES } from './release-names.js';

/** Fields of `GenerationConfig` and of its `cache_config`. */
export const TRANSFORMERS_SETTINGS = [
  {
    key: 'version',
    flag: '--engine-version',
    type: TRANSFORMERS_RELEASE_NAMES.names,
    check: (version: string) => void placeOfRelease(TRANSFORMERS_RELEASE_NAMES, version),
    description: `the release of transformers whose rules apply; ${TRANSFORMERS_RELEASE_NAMES.names[0]} by default`,
  },
  {
    key: 'cacheImplementation',
    flag: '--cache-implementation',
    type: ['dynamic', 'static', 'quantized', 'offloaded', 'offloaded_static'],
    description: 'which cache `generate` makes; dynamic by default, which grows with the text',
  },
  {
    key: 'maxCacheLen',
    flag: '--max-cache-len',
    type: 'integer',
    description: 'tokens that a static cache has room for at least; the context by default',
  },
  {
    key: 'afterPrefill',
    flag: '--after-prefill',
    type: 'boolean',
    description:
      'count the moment after a prompt that fills the context, when sliding layers still hold all of it; off by default',
  },
  {
    key: 'backend',
    flag: '--backend',
    type: ['quanto', 'hqq', 'fp8'],
    description: 'what quantizes a quantized cache; quanto by default',
  },
  {
    key: 'nbits',
    flag: '--nbits',
    type: 'integer',
    description:
      'bits of a quantized key or value: 2 or 4 with quanto; 1, 2, 3, 4 or 8 with hqq; 4 by default',
  },
  {
    key: 'qGroupSize',
    flag: '--q-group-size',
    type: 'integer',
    description: 'quantized keys or values that share a scale; 64 by default',
  },
  {
    key: 'residualLength',
    flag: '--residual-length',
    type: 'integer',
    description:
      'new tokens after which they are quantized too; one less of them is kept as it is; 128 by default',
  },
] as const satisfies readonly EngineSetting[];

/** Settings of transformers, any of them absent. */
export type TransformersSettings = SettingsOf<typeof TRANSFORMERS_SETTINGS>;
