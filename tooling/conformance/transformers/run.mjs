import { readFileSync, writeFileSync } from 'node:fs';
import { exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { modelFromConfig } from '@kv/core';
import { CATALOGUE } from '@kv/core/catalogue';
import { casesFor, MISREAD, MODELS_OF_OLDER_VERSIONS, OLDER_VERSIONS } from './cases.mjs';
import { install, measure, PACKAGES } from './environment.mjs';
import { askAtRandom } from './random.mjs';

const GOLDEN = fileURLToPath(
  new URL('../../../packages/core/test/golden/transformers.json', import.meta.url),
);
const CONFIGS = JSON.parse(readFileSync(new URL('models.json', import.meta.url), 'utf8'));

const { values: options, positionals: modelTypes } = parseArgs({
  allowPositionals: true,
  options: { random: { type: 'string' }, seed: { type: 'string', default: '1' } },
});

install();
if (options.random !== undefined) {
  const question = { count: Number(options.random), seed: Number(options.seed), modelTypes };
  exit((await askAtRandom(question)) === 0 ? 0 : 1);
}

const published = [
  ...CATALOGUE.map(({ id, config }) => ({ id, config, golden: { catalogue: true } })),
  ...Object.entries(CONFIGS).map(([id, config]) => ({ id, config, golden: { config } })),
]
  .filter(({ id }) => !MISREAD.includes(id))
  .map((one) => ({ ...one, model: modelFromConfig(one.config, { id: one.id, source: 'golden' }) }));

const asked = published.filter(isFirstOfItsKind);
const results = await ask(
  asked.flatMap((one) => casesFor(one.model, one.config).map((each) => ({ ...each, one }))),
);
for (const version of OLDER_VERSIONS) {
  const workload = { contextLength: 300, numSequences: 1 };
  const older = published.filter(({ id }) => MODELS_OF_OLDER_VERSIONS.includes(id));
  const settings = { version: version.split('.').slice(0, 2).join('.') };
  results.push(
    ...(await ask(
      older.map((one) => ({ one, workload, settings })),
      version,
    )),
  );
}

const withoutOwnCode = new Set(
  results.filter(({ answer }) => answer.error?.startsWith('UnknownModelType')).map(({ one }) => one.id),
);
const known = results.filter(({ one, answer }) => !withoutOwnCode.has(one.id) && !isOutOfReach(answer.error));
const failures = known.filter(({ answer, settings }) => answer.error && !isRefusal(answer.error, settings));
for (const { one, workload, settings, answer } of failures) {
  console.error(one.id, JSON.stringify({ ...workload, ...settings }), answer.error);
  process.exitCode = 1;
}
const cases = known.filter(({ answer }) => answer.error === undefined);
writeFileSync(
  GOLDEN,
  format({
    engine: 'transformers',
    version: PACKAGES.transformers,
    generator: 'tooling/conformance/transformers/run.mjs',
    packages: PACKAGES,
    withoutOwnCode: [...withoutOwnCode],
    models: Object.fromEntries(results.map(({ one }) => [one.id, one.golden])),
    refused: known
      .filter(({ answer, settings }) => answer.error && isRefusal(answer.error, settings))
      .map(({ one, workload, settings, answer }) => ({
        model: one.id,
        workload,
        settings,
        error: answer.error,
      })),
    cases: cases.map(({ one, workload, settings, answer }) => ({
      model: one.id,
      workload,
      settings,
      engineBytes: answer.bytes,
    })),
  }),
);
console.error(`${cases.length} cases of ${asked.length} models`);

/** Checkpoints of one model in other formats have the same layers, which are asked about once. */
function isFirstOfItsKind({ model }, index) {
  const kind = ({ architecture, layers }) => JSON.stringify([architecture, layers]);
  return published.findIndex((other) => kind(other.model) === kind(model)) === index;
}

/** The cases with their answers, those of one model asked together. */
async function ask(cases, version) {
  const byModel = groupByModel(cases);
  const questions = [...byModel].map(([{ config }, own]) => ({
    config,
    cases: own.map(({ workload, settings, encoderTokens = 0 }) => ({ ...workload, settings, encoderTokens })),
  }));
  const answers = await measure(questions, version);
  return [...byModel.values()].flatMap((own, index) =>
    own.map((each, place) => ({ ...each, answer: answers[index][place] })),
  );
}

function groupByModel(cases) {
  const groups = new Map();
  for (const each of cases) {
    groups.set(each.one, [...(groups.get(each.one) ?? []), each]);
  }
  return groups;
}

/** Caches that transformers itself does not have, as opposed to what went wrong in asking. */
function isRefusal(error, { cacheImplementation }) {
  return (
    error.startsWith('IgnoredCacheImplementation') ||
    (cacheImplementation === 'static' && /^KeyError: '\w+_attention'$/.test(error))
  );
}

/** Positions that a model reads from a static cache's counter have no number on the meta device. */
function isOutOfReach(error) {
  return error === 'RuntimeError: Tensor.item() cannot be called on meta tensors';
}

/** JSON with a line for each model and case. */
function format({ models, refused, cases, ...head }) {
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const entries = Object.entries(models).map(
    ([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`,
  );
  const start = Object.entries(head).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const list = (items) => lines(items.map((one) => JSON.stringify(one)));
  return `{\n${start.join(',\n')},\n  "models": {\n${lines(entries)}\n  },\n  "refused": [\n${list(refused)}\n  ],\n  "cases": [\n${list(cases)}\n  ]\n}\n`;
}
