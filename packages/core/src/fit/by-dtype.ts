import { type DtypeName, dtypeOf } from '../model/dtype.js';
import { unlessRefused } from '../text/errors.js';
import type { FitRequest } from './budget.js';
import { type Fit, fit } from './fit.js';

/** The same for each of several dtypes of keys and values; those that the engine cannot run are left out. */
export function fitByDtype(
  request: FitRequest,
  dtypes: readonly DtypeName[],
): readonly { readonly dtype: DtypeName; readonly fit: Fit }[] {
  return dtypes.flatMap((dtype) => {
    const workload = { ...request.case.workload, keyDtype: dtype, valueDtype: dtype };
    return unlessRefused(
      () => [{ dtype, fit: fit({ ...request, case: { ...request.case, workload } }) }],
      () => [],
    );
  });
}

/** Dtypes of 16, 8 and 4 bits, of each the first that an engine has. */
const BY_BITS: readonly (readonly [DtypeName, DtypeName])[] = [
  ['bf16', 'fp16'],
  ['fp8_e4m3', 'q8_0'],
  ['int4', 'q4_0'],
];

/** What fits with keys and values in one dtype, or in two. */
export interface FitRow {
  readonly dtype: string;
  readonly fit: Fit;
}

/** What fits with keys and values as the request has them, and in a dtype of each other size. */
export function fitByBits(request: FitRequest, found: Fit = fit(request)): readonly FitRow[] {
  const { keyDtype, valueDtype } = request.case.workload;
  const label = keyDtype === valueDtype ? keyDtype : `${keyDtype} + ${valueDtype}`;
  const isOwnSize = (names: readonly DtypeName[]) =>
    keyDtype === valueDtype &&
    names.some((name) => Math.round(bitsOf(name)) === Math.round(bitsOf(keyDtype)));
  const others = BY_BITS.filter((names) => !isOwnSize(names)).flatMap(([usual, otherwise]) => {
    const rows = fitByDtype(request, [usual]);
    return rows.length > 0 ? rows : fitByDtype(request, [otherwise]);
  });
  return [{ dtype: label, fit: found }, ...others];
}

function bitsOf(name: DtypeName): number {
  const { blockBytes, blockSize } = dtypeOf(name);
  return (8 * blockBytes) / blockSize;
}
