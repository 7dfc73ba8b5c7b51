import fc from 'fast-check';
import { CACHE_TYPES } from '../../../src/engines/vllm/cache-types.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import { workloadOf } from '../arbitraries.js';

/** All that take heads of any size in layers of any kind. */
const dtype = fc.constantFrom<DtypeName>(
  ...[...CACHE_TYPES].flatMap(([name, { headMultiple, slotMultiple }]) =>
    headMultiple === undefined && slotMultiple === undefined ? [name] : [],
  ),
);
export const plainDtype = fc.constantFrom<DtypeName>('fp16', 'bf16', 'fp8_e4m3', 'fp8_e5m2');

export const workload = workloadOf(dtype);

export const settings: fc.Arbitrary<VllmSettings> = fc.record(
  {
    blockSize: fc.constantFrom(16, 32, 64, 128),
    maxNumBatchedTokens: fc.integer({ min: 1, max: 16_384 }),
    asyncScheduling: fc.boolean(),
    enablePrefixCaching: fc.boolean(),
    gdnPrefillBackend: fc.constantFrom('flashinfer' as const, 'triton' as const),
    mambaSsmCacheDtype: fc.constant('float32' as const),
  },
  { noNullPrototype: true },
);

/** Layers that the engine makes equal pages of, in any mixture. */
export const { full: fullLayer, sliding: slidingLayer } = arbitrary.MEMORIES;
export const model = fc
  .array(fc.oneof(fullLayer, slidingLayer, arbitrary.recurrentLayer), {
    minLength: 1,
    maxLength: 10,
  })
  .map((layers) => modelOf(layers));
