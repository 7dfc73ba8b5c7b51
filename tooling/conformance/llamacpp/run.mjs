import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { modelFromGguf } from '@kv/core';
import { blobSource, readGguf } from '@kv/gguf';
import { randomNumbers } from '../random.mjs';
import { ask } from './ask.mjs';
import { casesOf, contextParams } from './cases.mjs';
import { difference } from './compare.mjs';
import { install } from './install.mjs';
import { kindsOf, MODELS, metadataOf, optionalOf } from './models.mjs';
import { mutated, randomCase } from './random.mjs';
import { SHAPES } from './shapes.mjs';
import { VOCABULARY } from './vocabulary.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const GOLDEN = fileURLToPath(new URL('../../../packages/core/test/golden/llamacpp.json', import.meta.url));

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { random: { type: 'string' }, seed: { type: 'string', default: '1' } },
});

install();

const known = values.random === undefined ? MODELS : [...MODELS, ...SHAPES];
const chosen = known.filter(({ id }) => words.length === 0 || words.some((word) => id.includes(word)));
const folder = mkdtempSync(join(tmpdir(), 'kv-llamacpp-'));
try {
  const failed = values.random === undefined ? await writeGolden() : await askAtRandom(Number(values.random));
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Asks the engine about each model and writes down what it says; the number of models that failed. */
async function writeGolden() {
  const { release: version } = JSON.parse(
    readFileSync(join(HERE, 'node_modules/node-llama-cpp/llama/binariesGithubRelease.json'), 'utf8'),
  );
  const old =
    words.length > 0 && existsSync(GOLDEN)
      ? JSON.parse(readFileSync(GOLDEN, 'utf8'))
      : { models: {}, cases: [] };
  const models = { ...old.models };
  let cases = [...old.cases];
  let failed = 0;
  for (const model of chosen) {
    try {
      const asked = casesOf(model);
      const metadata = metadataOf(model);
      const answers = await askModel({ metadata, kinds: kindsOf(model), optional: optionalOf(model) }, asked);
      const refused = answers.findIndex(({ figures }) => figures === undefined);
      if (refused >= 0) {
        throw new Error(
          `no context for ${JSON.stringify(asked[refused])}: ${answers[refused].lines.slice(-4).join(' | ')}`,
        );
      }
      models[model.id] = {
        architecture: model.architecture,
        layers: runs(model.layers),
        gguf: (await ggufModel(model.id)).metadata,
      };
      cases = [
        ...cases.filter((one) => one.model !== model.id),
        ...asked.map((one, index) => ({ model: model.id, ...one, ...answers[index].figures })),
      ];
      console.error(`${model.id}: ${asked.length} contexts`);
    } catch (error) {
      failed += 1;
      console.error(`${model.id}: ${error.message}`);
    }
  }
  const inOrder = MODELS.map(({ id }) => id).filter((id) => id in models);
  const golden = {
    engine: 'llama.cpp',
    version,
    generator: 'tooling/conformance/llamacpp/run.mjs',
    models: Object.fromEntries(inOrder.map((id) => [id, models[id]])),
    cases: inOrder.flatMap((id) => cases.filter((one) => one.model === id)),
  };
  writeFileSync(GOLDEN, format(golden));
  return failed;
}

/**
 * Asks the engine about models and contexts that the seed picks, as published and changed, and compares with what kv says
 * of the same GGUF files; the number of contexts that differ. Nothing is written.
 */
async function askAtRandom(count) {
  const random = randomNumbers(Number(values.seed));
  let asked = 0;
  let different = 0;
  while (asked < count) {
    const model = chosen[Math.floor(random() * chosen.length)];
    const published = {
      metadata: metadataOf(model),
      kinds: kindsOf(model),
      optional: optionalOf(model),
    };
    const source = random() < 0.3 ? published : mutated(random, published);
    const cases = Array.from({ length: Math.min(8, count - asked) }, () => randomCase(random, model));
    asked += cases.length;
    const answers = await askModel(source, cases);
    const { model: read } = await ggufModel(model.id);
    cases.forEach((one, index) => {
      const text = difference(answers[index].figures, read, one);
      if (text !== undefined) {
        different += 1;
        console.log(
          `${model.id} (${read.numHiddenLayers} layers) ${JSON.stringify(one)}: ${text} | ${answers[index].lines.slice(-2).join(' | ')}`,
        );
      }
    });
  }
  console.log(`${asked} contexts asked, seed ${values.seed}: ${different} differ`);
  return different;
}

function askModel({ metadata, ...rest }, cases) {
  return ask({ metadata: { ...VOCABULARY, ...metadata }, ...rest }, cases.map(contextParams), folder);
}

/** The model and the metadata that kv reads from the file which the engine was given. */
async function ggufModel(id) {
  const { metadata, tensors } = await readGguf(join(folder, 'model.gguf'), (name) =>
    blobSource(new Blob([readFileSync(name)]), name),
  );
  return { metadata, model: modelFromGguf(metadata, tensors, { id, source: 'a GGUF file without weights' }) };
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
  const printed = [
    ...one.log.caches.flatMap(({ keys, values: size }) => [keys, size]),
    ...one.log.states,
  ].map(Number);
  const hundredths = printed.reduce((total, mebibytes) => total + Math.round(100 * mebibytes), 0);
  return {
    ...one,
    engineText: `${(hundredths / 100).toFixed(2)} MiB`,
    engineBytes: Math.round((hundredths * 2 ** 20) / 100),
    tolerance: Math.ceil((printed.length * 2 ** 20) / 200) + Math.round(hundredths / 100 / 8),
  };
}
