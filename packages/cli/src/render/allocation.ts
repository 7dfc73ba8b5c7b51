import type { Allocation } from '@kv/core';
import type { CliCase } from '../cases.js';
import { launchJson } from './launch.js';
import type { ComparedRow } from './summary.js';

/** An estimate as `--json` prints it: exact bytes, what they were computed from and why in those dtypes, and the
 * arithmetic where asked for. */
export function allocationJson(
  item: CliCase,
  allocation: Allocation,
  explain = false,
): Record<string, unknown> {
  const {
    model,
    workload,
    kind,
    settled: { reasons },
  } = item;
  const { id, name, source, architecture } = model;
  return {
    ...launchJson(item),
    model: { id, name, source, architecture },
    ...(kind === undefined ? {} : { design: kind }),
    engine: allocation.engine,
    workload,
    reasons: {
      contextLength: reasons.contextLength,
      keyDtype: reasons.keyDtype,
      valueDtype: reasons.valueDtype,
    },
    totalBytes: allocation.totalBytes,
    perDeviceBytes: allocation.perDeviceBytes,
    bytesPerToken: allocation.bytesPerToken,
    pools: allocation.pools.map(({ explanation, ...pool }) => (explain ? { ...pool, explanation } : pool)),
    warnings: allocation.warnings,
  };
}

/** A comparison as `--json` prints it: each row's estimate, and how much smaller it is than the first. */
export function comparisonJson(rows: readonly ComparedRow[]): Record<string, unknown> {
  return {
    rows: rows.map((row) => ({
      label: row.label,
      ...allocationJson(row, row.allocation),
      ratio: Number.isFinite(row.saving.ratio) ? row.saving.ratio : null,
      savings: row.saving.fraction,
    })),
  };
}
