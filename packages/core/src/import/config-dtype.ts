import { type DtypeName, parseDtype } from '../dtype.js';
import type { ChosenDtype } from '../model.js';
import { type Config, field, optionalObject, optionalString, wrong } from './fields.js';

/** The dtype of activations: the text model's `dtype` or `torch_dtype`, else the wrapper's, else bf16. */
export function modelDtypeOf(published: Config, config: Config): ChosenDtype {
  for (const source of [config, published]) {
    for (const key of ['dtype', 'torch_dtype']) {
      const name = optionalString(source, key);
      if (name !== undefined) {
        return { dtype: parseDtype(name), reason: `the config's ${key}` };
      }
    }
  }
  return { dtype: 'bf16', reason: 'the config names none' };
}

/**
 * What an engine caches in when told nothing: the checkpoint's own scheme for its cache, else the activations' dtype.
 *
 * Source: `quantization_config.kv_cache_scheme` as written by vllm-project/compressed-tensors
 * (`QuantizationConfig`, v0.12) and `kv_cache_quant_algo` as written by NVIDIA/TensorRT-Model-Optimizer.
 */
export function kvCacheDtypeOf(published: Config, config: Config, dtype: ChosenDtype): ChosenDtype {
  for (const source of [config, published]) {
    const quantization = optionalObject(source, 'quantization_config');
    const scheme = quantization === undefined ? undefined : optionalObject(quantization, 'kv_cache_scheme');
    if (scheme !== undefined) {
      return { dtype: schemeDtype(scheme), reason: "the config's quantization_config.kv_cache_scheme" };
    }
  }
  return dtype;
}

function schemeDtype(scheme: Config): DtypeName {
  const bits = field(scheme, 'num_bits');
  const type = field(scheme, 'type');
  if (bits === 8 && type === 'float') {
    return 'fp8_e4m3';
  }
  if (bits === 8 && type === 'int') {
    return 'int8';
  }
  throw wrong('kv_cache_scheme', scheme, 'one of 8-bit "float" or "int"; name a --kv-dtype instead');
}
