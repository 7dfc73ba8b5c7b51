import { argv, stdout } from 'node:process';
import {
  classesOf,
  errorsOfCache,
  errorsOfPart,
  GIB,
  isInside,
  PARTS,
  partNamed,
  quantile,
  readStartups,
} from './startups.mjs';

/**
 * What kv says vLLM leaves for the cache, beside published start-up logs: node tooling/conformance/vllm/memory.mjs [--rows].
 * First what had to be fitted, as the rows for fitting and those that judge give it; then the errors on both.
 */
const { fitted, judged, lacking } = readStartups();

say('Fitted, in GiB: the median and the ends of nine in ten.');
for (const [name, valuesOf] of fittedFigures()) {
  say(
    `  ${name.padEnd(48)}fitted ${spread(fitted.flatMap(valuesOf))}   judged ${spread(judged.flatMap(valuesOf))}`,
  );
}

say('\nErrors of each part, in GiB (median, nine in ten), and how many lie within its range.');
for (const [name, key] of PARTS) {
  const [one, other] = [fitted, judged].map((rows) => partErrors(errorsOfPart(rows, name, key)));
  say(`  ${name.padEnd(24)}fitted ${one}   judged ${other}`);
}

say(
  '\nThe memory for the cache: relative error (median, nine in ten), within the range, width of the range in the device.',
);
const classes = classesOf([...fitted, ...judged]);
const lists = [
  ['fitted', fitted],
  ['judged', judged],
  ...classes,
  ['not judged, for what they lack', lacking],
];
for (const [name, rows] of lists) {
  const { median, p90, inside, count, width } = errorsOfCache(rows);
  say(`  ${name.padEnd(34)}${percent(median)}, ${percent(p90)}, ${inside} of ${count}, ${percent(width)}`);
}

if (argv.includes('--rows')) {
  say('\nEach row, in GiB.');
  for (const { row, budget } of [...fitted, ...judged, ...lacking]) {
    const { bytes, low, high } = budget.available;
    const where = isInside(row.logged.available, budget.available) ? '' : '  outside';
    const lacks = row.lacks === undefined ? '' : `  lacks: ${row.lacks}`;
    say(
      `  ${row.release.padEnd(5)}${row.gpu.padEnd(14)}${(row.published ?? row.model).slice(-44).padEnd(46)}${row.judged ? 'judged' : 'fitted'} logged ${row.logged.available.toFixed(2)}  kv ${gib(bytes)} (${gib(low)} to ${gib(high)})${where}${lacks}`,
    );
  }
}

/** What stands as a number in the rules because no source gives it, and how a row tells it. */
function fittedFigures() {
  const outside = (holds) => (one) =>
    one.row.logged.outsideTorch !== undefined && holds(one) ? [one.row.logged.outsideTorch] : [];
  const isAlone = ({ request: { workload } }) =>
    workload.tensorParallel === 1 && workload.pipelineParallel === 1;
  const measuresGraphs = ({ row }) => row.logged.graphs !== undefined || row.release === '0.18';
  const graphs = (hasExperts) => (one) => {
    const { logged } = one.row;
    const estimate = partNamed(one, 'CUDA graph estimate');
    return logged.graphs === undefined || (one.model.numExperts !== undefined) !== hasExperts
      ? []
      : [logged.graphs - (estimate?.bytes ?? 0) / GIB];
  };
  return [
    ['outside torch, one device', outside((one) => isAlone(one) && !measuresGraphs(one))],
    ['outside torch, one device, graphs measured', outside((one) => isAlone(one) && measuresGraphs(one))],
    ['outside torch, tensor parallel', outside(({ request }) => request.workload.tensorParallel > 1)],
    ['outside torch, pipeline parallel', outside(({ request }) => request.workload.pipelineParallel > 1)],
    ['graphs: logged less kv, without experts', graphs(false)],
    ['graphs: logged less kv, with experts', graphs(true)],
  ];
}

function partErrors({ median, p90, inside, count }) {
  return `${median.toFixed(3)}, ${p90.toFixed(3)}, ${inside} of ${count}`;
}

function spread(values) {
  return values.length === 0
    ? 'none'
    : `${quantile(values, 0.5).toFixed(2)} (${quantile(values, 0.05).toFixed(2)} to ${quantile(values, 0.95).toFixed(2)}, ${values.length} rows)`;
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
