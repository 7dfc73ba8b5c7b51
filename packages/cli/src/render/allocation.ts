import type { Allocation } from '@kv/core';
import type { CliCase } from '../cases.js';

/** An estimate as `--json` prints it: exact bytes, and what they were computed from. */
export function allocationJson(
  { model, workload, kind }: CliCase,
  allocation: Allocation,
): Record<string, unknown> {
  const { id, name, source, architecture } = model;
  return {
    model: { id, name, source, architecture },
    ...(kind === undefined ? {} : { design: kind }),
    engine: allocation.engine,
    workload,
    totalBytes: allocation.totalBytes,
    perDeviceBytes: allocation.perDeviceBytes,
    bytesPerToken: allocation.bytesPerToken,
    pools: allocation.pools.map(({ explanation: _, ...pool }) => pool),
    warnings: allocation.warnings,
  };
}
