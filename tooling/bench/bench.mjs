// How fast kv is, on the machine at hand: every time is shown beside the reference that it is measured against, because
// a time alone says more about the machine. Nothing here passes or fails.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { firstThatWorks } from '@kv/browser';
import { DEFAULT_WORKLOAD, designs, ideal, SEED_KNOBS, slidingWindowAttention, sweep } from '@kv/core';
import { pageTimes } from './page.mjs';

const ROUNDS = 9;
const KV = fileURLToPath(new URL('../../packages/cli/dist/kv.js', import.meta.url));
const FLOOR = fileURLToPath(new URL('./floor.mjs', import.meta.url));
const LAUNCH = fileURLToPath(new URL('./launch.mjs', import.meta.url));
const MATPLOTLIB = fileURLToPath(new URL('./seed_figure.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kv-bench-'));
const file = (name) => join(folder, name);

const floor = await floorOf();
const processes = {
  'node -e 0': [process.execPath, '-e', '0'],
  'kv --help': [process.execPath, KV, '--help'],
  'kv estimate': [
    ...[process.execPath, KV, 'estimate', '--emb-dim', '4096', '--n-heads', '32', '--n-layers', '32'],
  ],
  'kv plot --out x.html': [process.execPath, KV, 'plot', '--out', file('x.html')],
  'a browser, a page, Plotly': [process.execPath, FLOOR, ...floor.args, file('floor.pdf')],
  'kv plot --out x.pdf': [process.execPath, KV, 'plot', '--out', file('x.pdf'), '--browser', floor.args[0]],
  'launching with playwright': [process.execPath, LAUNCH],
  'kv plot --out x.pdf x.png x.svg': [
    ...[process.execPath, KV, 'plot', '--out', file('x.pdf'), '--out', file('x.png'), '--out', file('x.svg')],
    ...['--browser', floor.args[0]],
  ],
  ...(works(['python3', '-c', 'import matplotlib'])
    ? { 'matplotlib x.pdf': ['python3', MATPLOTLIB, file('seed.pdf')] }
    : {}),
};

/** Rounds go over all commands in turn, so that a busy moment of the machine meets them all alike. */
const times = Object.fromEntries(Object.keys(processes).map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, command] of Object.entries(processes)) {
    const elapsed = timeOf(() => run(command, floor.env));
    if (round >= 0) {
      times[name].push(elapsed);
    }
  }
}

const start = median(times['node -e 0']);
const page = writeTime(statSync(file('x.html')).size);
report('node -e 0', start);
against('kv --help', 'node -e 0', start, '< 2');
against('kv estimate', 'node -e 0', start, '< 2');
against('kv plot --out x.html', 'node -e 0 and writing the file', start + page, '< 3');
const least = median(times['a browser, a page, Plotly']);
report('a browser, a page, Plotly', least);
against('kv plot --out x.pdf', 'a browser, a page, Plotly', least, '< 1.2');
against('launching with playwright', 'a browser, a page, Plotly', least, 'why exports do without');
if ('matplotlib x.pdf' in processes) {
  const matplotlib = median(times['matplotlib x.pdf']);
  report('matplotlib x.pdf', matplotlib);
  against('kv plot --out x.pdf', 'matplotlib x.pdf', matplotlib, '< 1.3');
}
against('kv plot --out x.pdf x.png x.svg', 'x.pdf alone', median(times['kv plot --out x.pdf']), '< 2');

const lengths = Array.from({ length: 1_000_000 }, (_, index) => index + 1);
const [mha] = designs(SEED_KNOBS);
const swa = slidingWindowAttention({
  ...{ ...SEED_KNOBS, nKvGroups: 4, slidingWindowSize: 1024, swaRatio: { cheap: 5, full: 1 } },
});
for (const [name, model] of [
  ['MHA', mha.model],
  ['sliding window', swa],
]) {
  const items = [{ label: name, model, workload: DEFAULT_WORKLOAD, engine: ideal }];
  const elapsed = median(Array.from({ length: ROUNDS }, () => timeOf(() => sweep(items, lengths))));
  report(`sweep of a million lengths, ${name}`, elapsed, '200 ms', elapsed / 200, '< 1');
}
rmSync(folder, { recursive: true, force: true });

const CHARTS = ['context', 'batch', 'fit', 'pools', 'savings', 'layers'];
for (const [chart, { numbers, drawing }] of Object.entries(await pageTimes(CHARTS))) {
  const [first, second] = [median(numbers), median(drawing)];
  report(`page, ${chart}: numbers of a slider's step`, first, '16 ms', first / 16, '< 1');
  report(`page, ${chart}: the figure`, second, '50 ms', second / 50, '< 1');
}

/** What the floor is measured with: the browser that exports use, and the seed's figure. */
async function floorOf() {
  const { path, env } = await firstThatWorks({}, async (executable) => executable);
  const plotly = createRequire(import.meta.url).resolve('plotly.js-basic-dist-min/plotly-basic.min.js');
  writeFileSync(
    file('floor.html'),
    `<!doctype html><div id="figure"></div><script src="${pathToFileURL(plotly)}"></script>`,
  );
  run([process.execPath, KV, 'plot', '--out', file('floor.json')]);
  return { args: [path, file('floor.html'), file('floor.json')], env };
}

function run([command, ...args], env = {}) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  }
}

function works([command, ...args]) {
  return spawnSync(command, args).status === 0;
}

function timeOf(work) {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** Time to write a file of that size. */
function writeTime(size) {
  const content = Buffer.alloc(size, 'x');
  return median(Array.from({ length: ROUNDS }, () => timeOf(() => writeFileSync(file('written'), content))));
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function against(name, reference, referenceTime, aim) {
  const elapsed = median(times[name]);
  report(name, elapsed, reference, elapsed / referenceTime, aim);
}

function report(name, elapsed, reference, ratio, aim) {
  const comparison = reference === undefined ? '' : `${ratio.toFixed(2)}x ${reference} (aim: ${aim})`;
  console.log(`${name.padEnd(42)} ${`${elapsed.toFixed(0)} ms`.padStart(8)}   ${comparison}`.trimEnd());
}
