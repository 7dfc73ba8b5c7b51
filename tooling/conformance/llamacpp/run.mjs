import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { casesOf, hasStates } from './cases.mjs';
import { readLog } from './log.mjs';
import { MODELS, metadataOf, optionalTensorsOf } from './models.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const GOLDEN = fileURLToPath(new URL('../../../packages/core/test/golden/llamacpp.json', import.meta.url));

if (!existsSync(join(HERE, 'node_modules'))) {
  execFileSync('pnpm', ['install', '--frozen-lockfile'], { cwd: HERE, stdio: ['ignore', 2, 2] });
}
const { release: version } = JSON.parse(
  readFileSync(join(HERE, 'node_modules/node-llama-cpp/llama/binariesGithubRelease.json'), 'utf8'),
);

const words = process.argv.slice(2);
const chosen = MODELS.filter(({ id }) => words.length === 0 || words.some((word) => id.includes(word)));
const old =
  words.length > 0 && existsSync(GOLDEN)
    ? JSON.parse(readFileSync(GOLDEN, 'utf8'))
    : { models: {}, cases: [] };
const folder = mkdtempSync(join(tmpdir(), 'kv-llamacpp-'));
const models = { ...old.models };
let cases = [...old.cases];
let failed = 0;
for (const model of chosen) {
  const { results, error } = await ask(model);
  if (error !== undefined) {
    failed += 1;
    console.error(`${model.id}: ${error}`);
    continue;
  }
  models[model.id] = { architecture: model.architecture, layers: runs(model.layers) };
  cases = [...cases.filter((one) => one.model !== model.id), ...results];
  console.error(`${model.id}: ${results.length} contexts`);
  save();
}
rmSync(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;

/** Writes what is known so far, in the order of the list of models. */
function save() {
  const known = MODELS.map(({ id }) => id).filter((id) => id in models);
  const golden = {
    engine: 'llama.cpp',
    version,
    generator: 'tooling/conformance/llamacpp/run.mjs',
    models: Object.fromEntries(known.map((id) => [id, models[id]])),
    cases: known.flatMap((id) => cases.filter(({ model }) => model === id)),
  };
  writeFileSync(GOLDEN, format(golden));
}

/** What the engine says about a model, from a process of its own. */
function ask(model) {
  const contexts = casesOf(model);
  return new Promise((resolve) => {
    const child = fork(join(HERE, 'engine.mjs'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const results = [];
    let error;
    child.on('message', (message) => {
      if (message.error !== undefined) {
        error = message.error;
        return;
      }
      const { workload, settings, created, log } = message;
      const lines = created ? readLog(log) : undefined;
      if (lines === undefined) {
        error = `no context for ${JSON.stringify({ workload, settings })}: ${log.slice(-4).join(' | ')}`;
        return;
      }
      results.push({ model: model.id, workload, settings, ...lines });
    });
    child.on('exit', (code, signal) => {
      const aborted = results.length < contexts.length ? `the engine stopped (${signal ?? code})` : undefined;
      resolve({ results, error: error ?? aborted });
    });
    child.send({
      path: join(folder, 'model.gguf'),
      metadata: metadataOf(model),
      contexts,
      noAlloc: !hasStates(model),
      optionalTensors: optionalTensorsOf(model),
    });
  });
}

/** Equal layers in a row, as one with their number. */
function runs(layers) {
  const packed = [];
  for (const layer of layers) {
    const last = packed.at(-1);
    if (last !== undefined && JSON.stringify(last.layer) === JSON.stringify(layer)) {
      last.count += 1;
    } else {
      packed.push({ count: 1, layer });
    }
  }
  return packed;
}

function format({ models, cases, ...head }) {
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const start = JSON.stringify(head, undefined, 2).slice(0, -2);
  const entries = Object.entries(models).map(
    ([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`,
  );
  return `${start},\n  "models": {\n${lines(entries)}\n  },\n  "cases": [\n${lines(cases.map((one) => JSON.stringify(withTotal(one))))}\n  ]\n}\n`;
}

/** The case with the sum of what the engine printed, each figure of it rounded to hundredths of MiB and to a float. */
function withTotal(one) {
  const printed = [...one.log.caches.flatMap(({ keys, values }) => [keys, values]), ...one.log.states].map(
    Number,
  );
  const hundredths = printed.reduce((total, mebibytes) => total + Math.round(100 * mebibytes), 0);
  return {
    ...one,
    engineText: `${(hundredths / 100).toFixed(2)} MiB`,
    engineBytes: Math.round((hundredths * 2 ** 20) / 100),
    tolerance: Math.ceil((printed.length * 2 ** 20) / 200) + Math.round(hundredths / 100 / 8),
  };
}
