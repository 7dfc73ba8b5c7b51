import { type DeviceBudget, fullestOf, weightsOf } from '@kv/core';
import { divisionOf, type FitAnswer } from './fit-answer.js';
import { launchJson } from './launch.js';

/** What fits as `--json` prints it: exact bytes, of the device that has the least left where nothing else is said. */
export function fitJson({ item, settled, fit, rows, log }: FitAnswer): Record<string, unknown> {
  const { id, name, source, architecture } = item.model;
  const { device, gpu, count } = settled.devices;
  const { budget, largestContext, mostSequences, numDevices } = fit;
  const fullest = fullestOf(budget);
  return {
    ...launchJson(item),
    model: { id, name, source, architecture },
    engine: item.engine.name,
    workload: item.workload,
    device: {
      name: device.name,
      count,
      memoryBytes: device.total.bytes,
      memorySource: device.totalSource,
    },
    gpu:
      gpu === undefined
        ? null
        : { id: gpu.id, name: gpu.name, bandwidthBytesPerSecond: gpu.bandwidthBytesPerSecond },
    weights: weightsOf(item.model),
    numDevices,
    ...divisionOf(fit),
    budget: { ...budgetJson(fullest), devices: budget.devices.map(deviceJson) },
    verdict: budget.verdict,
    engineLog: log.lines,
    engineLogRange: { low: log.low, high: log.high },
    largestContext,
    mostSequences,
    byDtype: rows.map(({ dtype, fit: { largestContext: context, mostSequences: sequences } }) => ({
      dtype,
      largestContext: context,
      mostSequences: sequences,
    })),
    warnings: item.model.warnings,
  };
}

function budgetJson({ parts, available }: DeviceBudget): Record<string, unknown> {
  return {
    parts,
    availableBytes: available.bytes,
    availableLow: available.low,
    availableHigh: available.high,
  };
}

function deviceJson(budget: DeviceBudget): Record<string, unknown> {
  const { where, copies, total, usable, usableReason } = budget;
  return {
    where,
    copies,
    total,
    usable,
    ...(usableReason === undefined ? {} : { usableReason }),
    ...budgetJson(budget),
  };
}
