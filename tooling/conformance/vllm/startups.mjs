import { readFileSync } from 'node:fs';
import { DEFAULT_WORKLOAD, modelFromConfig, vllmBudget, weightsInDtype } from '@kv/core';
import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import { gpuNamed } from '@kv/core/gpus';

const GOLDEN = new URL('../../../packages/core/test/golden/vllm-startup.json', import.meta.url);
export const GIB = 2 ** 30;

/** Parts of a budget, and what a log says of each. */
export const PARTS = [
  ['weights as loaded', 'weights'],
  ['activation peak', 'activations'],
  ['outside torch', 'outsideTorch'],
  ['CUDA graph estimate', 'graphs'],
];

/** The first release that takes the estimate of CUDA graphs off; before, logs have one as well. */
const TAKES_GRAPHS_OFF = '0.21';

/** Published start-ups with what kv says of each: those that were fitted on, those that judge, those that lack something. */
export function readStartups() {
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  const all = golden.rows.map((row) => asked(golden, row));
  const complete = all.filter(({ row }) => row.lacks === undefined);
  return {
    fitted: complete.filter(({ row }) => !row.judged),
    judged: complete.filter(({ row }) => row.judged),
    lacking: all.filter(({ row }) => row.lacks !== undefined),
  };
}

function asked(golden, row) {
  const config = golden.models[row.model];
  const model =
    config === undefined
      ? modelFromEntry(findEntry(row.model))
      : modelFromConfig(config, { id: row.model, source: 'golden' });
  const request = {
    model,
    weights: weightsOf(row, model),
    workload: { ...DEFAULT_WORKLOAD, ...row.workload },
    settings: { ...row.settings, version: row.release },
    device: {
      ...gpuNamed(row.gpu),
      ...(row.totalGib !== undefined && { total: printed(row.totalGib) }),
    },
  };
  return { row, model, request, budget: vllmBudget(request) };
}

function weightsOf({ weightsGib, weightDtype }, { weights }) {
  if (weightsGib !== undefined) {
    return { bytes: Math.round(weightsGib * GIB), source: 'the log' };
  }
  return weightDtype === undefined ? weights : weightsInDtype(weights, weightDtype, 'bf16');
}

/** A part of a budget; the estimate of graphs also where the release does not take it off. */
export function partNamed({ request, budget }, name) {
  const known = budget.parts.find((part) => part.name === name);
  if (known !== undefined || name !== 'CUDA graph estimate') {
    return known;
  }
  const settings = { ...request.settings, version: TAKES_GRAPHS_OFF };
  return vllmBudget({ ...request, settings }).parts.find((part) => part.name === name);
}

/** Errors of a part, in GiB, and how many of the logged values lie within its range. */
export function errorsOfPart(startups, name, key) {
  const found = startups.flatMap((one) => {
    const [logged, part] = [one.row.logged[key], partNamed(one, name)];
    return logged === undefined || part === undefined ? [] : [{ logged, part }];
  });
  const errors = found.map(({ logged, part }) => Math.abs(part.bytes / GIB - logged));
  return {
    median: quantile(errors, 0.5),
    p90: quantile(errors, 0.9),
    inside: found.filter(({ logged, part }) => isInside(logged, part)).length,
    count: found.length,
  };
}

/** Relative errors of the memory for the cache, how many values lie within its range, and the range's width in the device. */
export function errorsOfCache(startups) {
  const errors = startups.map(({ row, budget }) =>
    Math.abs(budget.available.bytes / GIB / row.logged.available - 1),
  );
  const widths = startups.map(
    ({ budget: { available, total } }) => (available.high - available.low) / total.bytes,
  );
  return {
    median: quantile(errors, 0.5),
    p90: quantile(errors, 0.9),
    inside: startups.filter(({ row, budget }) => isInside(row.logged.available, budget.available)).length,
    count: startups.length,
    width: quantile(widths, 0.5),
  };
}

/** By release and device. */
export function classesOf(startups) {
  const classes = new Map();
  for (const one of startups) {
    const name = `${one.row.release} ${one.row.gpu}`;
    classes.set(name, [...(classes.get(name) ?? []), one]);
  }
  return [...classes].toSorted(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
}

export function isInside(logged, { low, high }) {
  return printed(logged).high >= low && printed(logged).low <= high;
}

/** What two decimals may stand for. */
function printed(value) {
  return {
    bytes: Math.round(value * GIB),
    low: Math.floor((value - 0.005) * GIB),
    high: Math.ceil((value + 0.005) * GIB),
    how: 'rule',
  };
}

/** The value below which so many of a list are. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
