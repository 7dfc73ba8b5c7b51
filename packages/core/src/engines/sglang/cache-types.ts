import type { Workload } from '../../deployment/workload.js';
import type { DtypeName } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';

/**
 * The words for `--kv-cache-dtype`, by names of this library. `fp16` has no word: `auto` means it for a model in fp16. Fp4
 * with a scale for each 16 is `fp4_mx_block16` and `nvfp4`, and was `fp4_e2m1` before 0.5.21.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_dtype.py` (`configure_kv_cache_dtype`).
 */
const CACHE_TYPES: ReadonlyMap<DtypeName, string> = new Map<DtypeName, string>([
  ['fp16', 'auto'],
  ['bf16', 'bfloat16'],
  ['mxfp8', 'mxfp8'],
  ['fp8_e4m3', 'fp8_e4m3'],
  ['fp8_e5m2', 'fp8_e5m2'],
  ['nvfp4', 'fp4_mx_block16'],
]);

/** The dtypes that a cache can have. */
export const SGLANG_CACHE_DTYPES: readonly DtypeName[] = [...CACHE_TYPES.keys()];

/**
 * The dtype of keys and values, which SGLang stores alike.
 *
 * @param isLatent whether they are latents, which had fp4 before all others.
 * @throws InputError for two dtypes, or one that the release does not have.
 */
export function cacheDtypeOf(
  { keyDtype, valueDtype }: Workload,
  settings: SglangSettings,
  isLatent: boolean,
): DtypeName {
  if (keyDtype !== valueDtype) {
    throw new InputError(
      `SGLang has one --kv-cache-dtype for keys and values, not ${keyDtype} and ${valueDtype}; give both the same.`,
    );
  }
  if (!CACHE_TYPES.has(keyDtype)) {
    throw new InputError(`SGLang has no cache dtype ${keyDtype}; it has ${SGLANG_CACHE_DTYPES.join(', ')}.`);
  }
  const { fp4Caches, mxfp8Caches } = factsOf(settings);
  const isMissing =
    (keyDtype === 'mxfp8' && !mxfp8Caches) ||
    (keyDtype === 'nvfp4' && (fp4Caches === 'none' || (fp4Caches === 'latents' && !isLatent)));
  if (isMissing) {
    throw new InputError(`SGLang ${settings.version} has no ${keyDtype} cache here; use bf16 or fp8_e4m3.`);
  }
  return keyDtype;
}

/** The word for `--kv-cache-dtype`; none for a dtype that only `auto` means, by the model. */
export function cacheTypeWord(dtype: DtypeName): string | undefined {
  const word = CACHE_TYPES.get(dtype);
  return word === 'auto' ? undefined : word;
}
