import { readFileSync } from 'node:fs';
import { argv, stdout } from 'node:process';
import { DEFAULT_WORKLOAD, modelFromConfig, vllmBudget, weightsInDtype } from '@kv/core';
import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import { gpuNamed } from '@kv/core/gpus';

/**
 * What kv says vLLM leaves for the cache, beside published start-up logs: node tooling/conformance/vllm/memory.mjs [--rows].
 * First what was fitted, as the rows that are for fitting give it; then the errors on those and on the rows that are judged.
 */
const GOLDEN = new URL('../../../packages/core/test/golden/vllm-startup.json', import.meta.url);
const GIB = 2 ** 30;
const PARTS = [
  ['weights as loaded', 'weights'],
  ['activation peak', 'activations'],
  ['outside torch', 'outsideTorch'],
  ['CUDA graph estimate', 'graphs'],
];

const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
const complete = golden.rows.filter(({ lacks }) => lacks === undefined).map(asked);
const fitted = complete.filter(({ row }) => !row.judged);
const judged = complete.filter(({ row }) => row.judged);

say(
  'Fitted, in GiB: the median and the ends of nine in ten of the rows for fitting, and of those that are judged.',
);
for (const [name, of] of fittedFigures()) {
  say(`  ${name.padEnd(48)}${spread(fitted.flatMap(of))}   judged ${spread(judged.flatMap(of))}`);
}

say('\nErrors of each part, in GiB (median, nine in ten), and how many lie within its range.');
for (const [name, key] of PARTS) {
  say(
    `  ${name.padEnd(24)}fitted ${errorsOfPart(fitted, name, key)}   judged ${errorsOfPart(judged, name, key)}`,
  );
}

say(
  '\nThe memory for the cache: relative error (median, nine in ten), within the range, width of the range in the device.',
);
for (const [name, rows] of [['fitted', fitted], ['judged', judged], ...classes()]) {
  say(`  ${name.padEnd(34)}${summary(rows)}`);
}
const lacking = golden.rows.filter(({ lacks }) => lacks !== undefined).map(asked);
say(`  ${'not judged, for what they lack'.padEnd(34)}${summary(lacking)}`);

if (argv.includes('--rows')) {
  say('\nEach row, in GiB.');
  for (const { row, budget } of [...complete, ...lacking]) {
    const { bytes, low, high } = budget.available;
    say(
      `  ${row.release.padEnd(5)}${row.gpu.padEnd(14)}${(row.published ?? row.model).slice(-44).padEnd(46)}${row.judged ? 'judged' : 'fitted'} logged ${row.logged.available.toFixed(2)}  kv ${gib(bytes)} (${gib(low)} to ${gib(high)})${isInside(row.logged.available, budget.available) ? '' : '  outside'}${row.lacks === undefined ? '' : `  lacks: ${row.lacks}`}`,
    );
  }
}

function asked(row) {
  const config = golden.models[row.model];
  const model =
    config === undefined
      ? modelFromEntry(findEntry(row.model))
      : modelFromConfig(config, { id: row.model, source: 'golden' });
  const total = row.totalGib && printed(row.totalGib);
  const request = {
    model,
    weights: weightsOf(row, model),
    workload: { ...DEFAULT_WORKLOAD, ...row.workload },
    settings: { ...row.settings, version: row.release },
    device: { ...gpuNamed(row.gpu), ...(total && { total }) },
  };
  return { row, model, request, budget: vllmBudget(request) };
}

function weightsOf({ weightsGib, weightDtype }, { weights }) {
  if (weightsGib !== undefined) {
    return { bytes: Math.round(weightsGib * GIB), source: 'the log' };
  }
  return weightDtype === undefined ? weights : weightsInDtype(weights, weightDtype, 'bf16');
}

/** What stands as a number in the rules because no source gives it, and how a row tells it. */
function fittedFigures() {
  const outside = (holds) => (one) =>
    one.row.logged.outsideTorch !== undefined && holds(one) ? [one.row.logged.outsideTorch] : [];
  const isSingle = ({ workload: { tensorParallel, pipelineParallel } }) =>
    tensorParallel === 1 && pipelineParallel === 1;
  const ofGraph = (hasExperts) => (one) => {
    const { model, request, row } = one;
    if (row.logged.graphs === undefined || (model.geometry?.experts !== undefined) !== hasExperts) {
      return [];
    }
    const estimate = graphsOf(request);
    return [row.logged.graphs - estimate];
  };
  return [
    [
      'outside torch, one device, before graphs count',
      outside(({ row, request }) => isSingle(request) && !measuresGraphs(row)),
    ],
    [
      'outside torch, one device, with graphs',
      outside(({ row, request }) => isSingle(request) && measuresGraphs(row)),
    ],
    ['outside torch, tensor parallel', outside(({ request }) => request.workload.tensorParallel > 1)],
    ['outside torch, pipeline parallel', outside(({ request }) => request.workload.pipelineParallel > 1)],
    ['graphs: logged less kv, without experts', ofGraph(false)],
    ['graphs: logged less kv, with experts', ofGraph(true)],
  ];
}

/** Graphs that are captured to be measured leave something outside torch in the releases that print the estimate first. */
function measuresGraphs({ logged }) {
  return logged.graphs !== undefined || logged.outsideTorch > 0.2;
}

/** The estimate by the rules of the first release that takes it off. */
function graphsOf(request) {
  const { parts } = vllmBudget({ ...request, settings: { ...request.settings, version: '0.21' } });
  return (parts.find(({ name }) => name === 'CUDA graph estimate')?.bytes ?? 0) / GIB;
}

function errorsOfPart(rows, name, key) {
  const found = rows.flatMap(({ row, request, budget }) => {
    const logged = row.logged[key];
    const part =
      budget.parts.find((one) => one.name === name) ??
      (name === 'CUDA graph estimate'
        ? vllmBudget({ ...request, settings: { ...request.settings, version: '0.21' } }).parts.find(
            (one) => one.name === name,
          )
        : undefined);
    return logged === undefined || part === undefined ? [] : [{ logged, part }];
  });
  const errors = found.map(({ logged, part }) => Math.abs(part.bytes / GIB - logged));
  const inside = found.filter(({ logged, part }) => isInside(logged, part)).length;
  return `${quantile(errors, 0.5).toFixed(3)}, ${quantile(errors, 0.9).toFixed(3)}, ${inside} of ${found.length}`;
}

function classes() {
  const names = [...new Set(complete.map(({ row }) => `${row.release} ${row.gpu}`))];
  return names.map((name) => [name, complete.filter(({ row }) => `${row.release} ${row.gpu}` === name)]);
}

function summary(rows) {
  const errors = rows.map(({ row, budget }) =>
    Math.abs(budget.available.bytes / GIB / row.logged.available - 1),
  );
  const widths = rows.map(
    ({ budget: { available, total } }) => (available.high - available.low) / total.bytes,
  );
  const inside = rows.filter(({ row, budget }) => isInside(row.logged.available, budget.available)).length;
  return `${percent(quantile(errors, 0.5))}, ${percent(quantile(errors, 0.9))}, ${inside} of ${rows.length}, ${percent(quantile(widths, 0.5))}`;
}

function isInside(logged, { low, high }) {
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

function spread(values) {
  return values.length === 0
    ? 'none'
    : `${quantile(values, 0.5).toFixed(2)} (${quantile(values, 0.05).toFixed(2)} to ${quantile(values, 0.95).toFixed(2)}, ${values.length} rows)`;
}

function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function percent(share) {
  return `${(100 * share).toFixed(2)}%`;
}

function gib(bytes) {
  return (bytes / GIB).toFixed(2);
}

function say(line) {
  stdout.write(`${line}\n`);
}
