import type { EngineSetting, SettingsOf } from '../settings.js';

/**
 * Releases whose rules are known, newest first. A patch release follows the rules of its minor one.
 *
 * Read from the wheels 5.11.0 to 5.24.0 on PyPI.
 */
export const TRANSFORMERS_VERSIONS = [
  ...(['5.24', '5.23', '5.22', '5.21', '5.20', '5.19', '5.18'] as const),
  ...(['5.17', '5.16', '5.15', '5.14', '5.13', '5.12', '5.11'] as const),
] as const;

/** Fields of `GenerationConfig` and of its `cache_config`. */
export const TRANSFORMERS_SETTINGS = [
  {
    key: 'version',
    flag: '--engine-version',
    type: TRANSFORMERS_VERSIONS,
    description: `the release of transformers whose rules apply; ${TRANSFORMERS_VERSIONS[0]} by default`,
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

/** Whether the release is `5.minor` or newer. */
export function isSince(
  { version = TRANSFORMERS_VERSIONS[0] }: TransformersSettings,
  minor: number,
): boolean {
  return Number(version.slice('5.'.length)) >= minor;
}
