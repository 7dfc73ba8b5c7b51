import type { Workload } from '../../deployment/workload.js';
import type { DtypeName } from '../../model/dtype.js';
import type { Model } from '../../model/model.js';
import { llamacpp } from './engine.js';
import type { LlamacppSettings } from './settings.js';

const MIB = 2 ** 20;

/** What ggml calls dtypes that have another name elsewhere. */
const GGML_NAMES: Partial<Record<DtypeName, string>> = { fp16: 'f16', fp32: 'f32' };

/**
 * The lines about caches that llama.cpp logs when it makes a context.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-kv-cache.cpp` and `src/llama-memory-recurrent.cpp` (constructors).
 *
 * @throws InputError where llama.cpp cannot run the model or workload.
 */
export function llamacppLogLines(
  model: Model,
  workload: Workload,
  settings: LlamacppSettings,
): readonly string[] {
  const { contextLength, numSequences, keyDtype, valueDtype } = workload;
  const pools = llamacpp(settings)
    .plan(model, workload)
    .ranks.flatMap((rank) => rank.pools);
  const streams = settings.kvUnified === true ? 1 : numSequences;
  return pools.map((pool) => {
    if (pool.keyBytesPerToken === 0) {
      return `llama_memory_recurrent: size = ${mib(pool.stateBytes)} MiB`;
    }
    const tokens = pool.tokens(contextLength);
    const [keys, values] = [tokens * pool.keyBytesPerToken, tokens * pool.valueBytesPerToken];
    const shape = `${padded(tokens / streams, 6)} cells, ${padded(pool.layers, 3)} layers, ${padded(numSequences, 2)}/${streams} seqs`;
    return `llama_kv_cache: size = ${mib(keys + values)} MiB (${shape}), K (${ggmlName(keyDtype)}): ${mib(keys)} MiB, V (${ggmlName(valueDtype)}): ${mib(values)} MiB`;
  });
}

function ggmlName(dtype: DtypeName): string {
  return GGML_NAMES[dtype] ?? dtype;
}

/** `%7.2f` */
function mib(bytes: number): string {
  return (bytes / MIB).toFixed(2).padStart(7);
}

function padded(count: number, width: number): string {
  return String(count).padStart(width);
}
