import fc from 'fast-check';
import { SGLANG_CACHE_DTYPES } from '../../../src/engines/sglang/cache-types.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import type { DtypeName } from '../../../src/model/dtype.js';
import type { Layer } from '../../../src/model/layer.js';
import * as arbitrary from '../../arbitraries.js';
import { modelOf } from '../../arbitraries.js';
import { workloadOf } from '../arbitraries.js';

const plainDtype = fc.constantFrom<DtypeName>('fp16', 'bf16', 'fp8_e4m3', 'fp8_e5m2');
export const dtype = fc.constantFrom(...SGLANG_CACHE_DTYPES);

export const workload = workloadOf(plainDtype);

export const settings: fc.Arbitrary<SglangSettings> = fc.record(
  {
    pageSize: fc.constantFrom(1, 16, 64, 128),
    swaFullTokensRatio: fc.double({ min: 0.01, max: 1, noNaN: true }),
    disableRadixCache: fc.boolean(),
    mambaSsmDtype: fc.constant('float32' as const),
  },
  { noNullPrototype: true },
);

export const { full: fullLayer } = arbitrary.MEMORIES;
export const window = fc.integer({ min: 1, max: 5000 });
export const architecture = fc.constantFrom('GptOssForCausalLM', 'Qwen3NextForCausalLM', 'LlamaForCausalLM');

/** Models whose attention layers have the same heads, some of them with a window or a state instead. */
export const model = fc
  .record({
    heads: fullLayer,
    kinds: fc.array(fc.constantFrom('full' as const, 'sliding' as const, 'recurrent' as const), {
      minLength: 1,
      maxLength: 10,
    }),
    slidingWindow: window,
    recurrent: arbitrary.recurrentLayer,
    architecture,
  })
  .map(({ heads, kinds, slidingWindow, recurrent, architecture: name }) => {
    const layers: Readonly<Record<string, Layer>> = {
      full: heads,
      sliding: { ...heads, kind: 'sliding', slidingWindow },
      recurrent,
    };
    return modelOf(
      kinds.map((kind) => layers[kind] ?? heads),
      { architecture: name },
    );
  });
