import { releasesOf } from '../releases.js';
import { TRANSFORMERS_RELEASE_NAMES } from './release-names.js';

/** What the rules of transformers ask of a release. */
export interface TransformersFacts {
  /** Latents are cached as they are; else the heads that they expand to. */
  readonly cachesLatents: boolean;
  /** The same for latents with a sparse-attention indexer. */
  readonly cachesIndexedLatents: boolean;
  /** A quantized cache may be in fp8. */
  readonly hasFp8Cache: boolean;
  /** `max_cache_len` of a static cache can be given. */
  readonly hasMaxCacheLen: boolean;
}

/**
 * transformers' releases, newest first, each with what changed in it.
 *
 * Source: the wheels 5.11.0 to 5.24.0 on PyPI; which file a fact stands in is said at the rule that asks for it.
 */
export const TRANSFORMERS_RELEASES = releasesOf<TransformersFacts>(TRANSFORMERS_RELEASE_NAMES, [
  { release: '5.24', known: 'run', facts: {} },
  { release: '5.23', known: 'read', facts: {} },
  { release: '5.22', known: 'read', facts: {} },
  { release: '5.21', known: 'read', facts: { hasFp8Cache: true } },
  { release: '5.20', known: 'read', facts: {} },
  { release: '5.19', known: 'read', facts: {} },
  { release: '5.18', known: 'run', facts: { cachesIndexedLatents: true } },
  { release: '5.17', known: 'run', facts: {} },
  { release: '5.16', known: 'read', facts: {} },
  { release: '5.15', known: 'run', facts: { cachesLatents: true } },
  { release: '5.14', known: 'run', facts: {} },
  { release: '5.13', known: 'read', facts: { hasMaxCacheLen: true } },
  { release: '5.12', known: 'read', facts: {} },
  {
    release: '5.11',
    known: 'read',
    facts: {
      cachesLatents: false,
      cachesIndexedLatents: false,
      hasFp8Cache: false,
      hasMaxCacheLen: false,
    },
  },
]);

/** What holds in the release that the settings name; in the newest where they name none. */
export function factsOf({ version }: { readonly version?: string }): TransformersFacts {
  return TRANSFORMERS_RELEASES.factsOf(version);
}
