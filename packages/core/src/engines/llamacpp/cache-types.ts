import type { DtypeName } from '../../model/dtype.js';

/** The types of a cache under llama.cpp's own names: `kv_cache_types`, ggml-org/llama.cpp v0.5.0, `common/arg.cpp`. */
export const CACHE_TYPES: ReadonlyMap<DtypeName, string> = new Map<DtypeName, string>([
  ['fp32', 'f32'],
  ['fp16', 'f16'],
  ['bf16', 'bf16'],
  ['q8_0', 'q8_0'],
  ['q4_0', 'q4_0'],
  ['q4_1', 'q4_1'],
  ['iq4_nl', 'iq4_nl'],
  ['q5_0', 'q5_0'],
  ['q5_1', 'q5_1'],
]);
