import type { Allocation } from '@kv/core';
import type { CliCase } from '../cases.js';

/** An estimate as `--json` prints it: exact bytes, what they were computed from and why in those dtypes, and the
 * arithmetic where asked for. */
export function allocationJson(
  { model, workload, kind, keyDtype, valueDtype }: CliCase,
  allocation: Allocation,
  explain = false,
): Record<string, unknown> {
  const { id, name, source, architecture } = model;
  return {
    model: { id, name, source, architecture },
    ...(kind === undefined ? {} : { design: kind }),
    engine: allocation.engine,
    workload,
    reasons: { keyDtype: keyDtype.reason, valueDtype: valueDtype.reason },
    totalBytes: allocation.totalBytes,
    perDeviceBytes: allocation.perDeviceBytes,
    bytesPerToken: allocation.bytesPerToken,
    pools: allocation.pools.map(({ explanation, ...pool }) => (explain ? { ...pool, explanation } : pool)),
    warnings: allocation.warnings,
  };
}
