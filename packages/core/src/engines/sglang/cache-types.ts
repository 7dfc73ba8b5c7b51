import type { Workload } from '../../deployment/workload.js';
import type { DtypeName } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';

/**
 * The words for `--kv-cache-dtype`, by names of this library. `fp16` has no word: `auto` means it for a model in fp16.
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
 * @throws InputError for two dtypes, or one that SGLang does not have.
 */
export function cacheDtypeOf({ keyDtype, valueDtype }: Workload): DtypeName {
  if (keyDtype !== valueDtype) {
    throw new InputError(
      `SGLang has one --kv-cache-dtype for keys and values, not ${keyDtype} and ${valueDtype}; give both the same.`,
    );
  }
  if (!CACHE_TYPES.has(keyDtype)) {
    throw new InputError(`SGLang has no cache dtype ${keyDtype}; it has ${SGLANG_CACHE_DTYPES.join(', ')}.`);
  }
  return keyDtype;
}

/** The word for `--kv-cache-dtype`; none for a dtype that only `auto` means, by the model. */
export function cacheTypeWord(dtype: DtypeName): string | undefined {
  const word = CACHE_TYPES.get(dtype);
  return word === 'auto' ? undefined : word;
}
