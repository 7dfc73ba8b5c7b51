import fc from 'fast-check';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import type { DtypeName } from '../../src/model/dtype.js';
import { contextLength, numSequences } from '../arbitraries.js';

/** Workloads of engines that store keys and values in one dtype. */
export function workloadOf(cacheDtype: fc.Arbitrary<DtypeName>): fc.Arbitrary<Workload> {
  return fc.record({ contextLength, numSequences, cacheDtype }).map(({ cacheDtype: same, ...sizes }) => ({
    ...DEFAULT_WORKLOAD,
    ...sizes,
    keyDtype: same,
    valueDtype: same,
  }));
}
