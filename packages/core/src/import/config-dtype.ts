import { type DtypeName, parseDtype } from '../model/dtype.js';
import type { ChosenDtype } from '../model/model.js';
import { InputError } from '../text/errors.js';
import { type Config, describe, field, optionalObject, optionalString, wrong } from './fields.js';

/** The dtype of activations: the text model's `dtype` or `torch_dtype`, else the wrapper's, else bf16. */
export function modelDtypeOf(published: Config, config: Config): ChosenDtype {
  for (const source of [config, published]) {
    for (const key of ['dtype', 'torch_dtype']) {
      const name = optionalString(source, key);
      if (name !== undefined) {
        return { dtype: namedDtype(name, key), reason: `the config's ${key}` };
      }
    }
  }
  return { dtype: 'bf16', reason: 'the config names none' };
}

/** The dtype that a field names; an InputError naming the field where there is none of that name. */
export function namedDtype(name: string, key: string): DtypeName {
  try {
    return parseDtype(name);
  } catch (error) {
    throw error instanceof InputError ? wrong(key, name, 'a dtype such as "bfloat16"') : error;
  }
}

/** A cache dtype, and what a reader must know about it. */
export interface KvCacheDtype {
  readonly chosen: ChosenDtype;
  readonly warnings: readonly string[];
}

/**
 * What an engine caches in when told nothing: the checkpoint's own scheme for its cache, else the activations' dtype.
 * A scheme that no dtype here stands for leaves the activations' dtype, which is no smaller, with a visible warning.
 *
 * Source: `quantization_config.kv_cache_scheme` as written by vllm-project/compressed-tensors,
 * `quantization/quant_config.py` (`QuantizationConfig`), 0.20.0 (`compression_config` in older files); and by
 * NVIDIA/Model-Optimizer, `modelopt/torch/export/convert_hf_config.py` (a scheme for FP8, else the algorithm's name) and
 * `quant_utils.py` (`quantization.kv_cache_quant_algo`), 0.47.0.
 */
export function kvCacheDtypeOf(published: Config, config: Config, dtype: ChosenDtype): KvCacheDtype {
  for (const source of [config, published]) {
    for (const key of ['quantization_config', 'compression_config']) {
      const outer = optionalObject(source, key);
      const nested = outer === undefined ? undefined : optionalObject(outer, 'quantization');
      for (const [quantization, path] of [
        [outer, key],
        [nested, `${key}.quantization`],
      ] as const) {
        const found = quantization === undefined ? undefined : schemeOf(quantization, path);
        if (found !== undefined) {
          return settled(found, dtype);
        }
      }
    }
  }
  return { chosen: dtype, warnings: [] };
}

interface Scheme {
  /** undefined where no dtype stands for it. */
  readonly dtype: DtypeName | undefined;
  readonly path: string;
  readonly value: unknown;
}

function schemeOf(quantization: Config, path: string): Scheme | undefined {
  const scheme = field(quantization, 'kv_cache_scheme');
  if (scheme !== undefined) {
    return {
      dtype: typeof scheme === 'string' ? ALGORITHMS[scheme.toUpperCase()] : schemeDtype(scheme),
      path: `${path}.kv_cache_scheme`,
      value: scheme,
    };
  }
  const algorithm = optionalString(quantization, 'kv_cache_quant_algo');
  return algorithm === undefined || ['NONE', ''].includes(algorithm.toUpperCase())
    ? undefined
    : {
        dtype: ALGORITHMS[algorithm.toUpperCase()],
        path: `${path}.kv_cache_quant_algo`,
        value: algorithm,
      };
}

const ALGORITHMS: { readonly [name in string]?: DtypeName } = Object.assign(Object.create(null), {
  FP8: 'fp8_e4m3',
  INT8: 'int8',
});

function schemeDtype(scheme: unknown): DtypeName | undefined {
  if (typeof scheme !== 'object' || scheme === null) {
    throw wrong('kv_cache_scheme', scheme, 'an object with "num_bits" and "type"');
  }
  const { num_bits: bits, type } = scheme as Config;
  return bits !== 8 ? undefined : type === 'float' ? 'fp8_e4m3' : type === 'int' ? 'int8' : undefined;
}

function settled({ dtype, path, value }: Scheme, otherwise: ChosenDtype): KvCacheDtype {
  if (dtype !== undefined) {
    return { chosen: { dtype, reason: `the config's ${path}` }, warnings: [] };
  }
  return {
    chosen: otherwise,
    warnings: [
      `The config's ${path} is ${describe(value)}, which is not understood; the cache is counted as ${otherwise.dtype} unless --kv-dtype says otherwise.`,
    ],
  };
}
