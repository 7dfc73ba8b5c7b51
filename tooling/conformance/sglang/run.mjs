import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describedIn, format, goldenCases, MODELS } from '../models.mjs';
import { randomNumbers } from '../random.mjs';
import { AVAILABLE_BYTES, casesFor } from './cases.mjs';
import { bytesOf, difference } from './compare.mjs';
import { isPossible } from './possible.mjs';
import { hasPools, questionOf } from './question.mjs';
import { randomCase } from './random.mjs';
import { unpackSource } from './source.mjs';

const VERSION = '0.5.23';
const GOLDEN = fileURLToPath(new URL('../../../packages/core/test/golden/sglang.json', import.meta.url));
const POOLS = fileURLToPath(new URL('pools.py', import.meta.url));

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { random: { type: 'string' }, seed: { type: 'string', default: '1' } },
});

const known = MODELS.filter(({ model }) => hasPools(model));
const source = await unpackSource(VERSION);
try {
  process.exitCode = values.random === undefined ? writeGolden() : askAtRandom(Number(values.random));
} finally {
  rmSync(source, { recursive: true });
}

/** Asks SGLang's code about each model and writes down what it says. */
function writeGolden() {
  const suits = (model) => casesFor(model).filter((one) => isPossible({ model, ...one }));
  const results = answered(goldenCases(known, suits));
  const ids = new Set(results.map(({ model }) => model.id));
  const written = ({ model, workload, settings }) => ({ model: model.id, workload, settings });
  writeFileSync(
    GOLDEN,
    `${format({
      engine: 'sglang',
      version: VERSION,
      generator: 'tooling/conformance/sglang/run.mjs',
      availableBytes: AVAILABLE_BYTES,
      models: describedIn(ids),
      refused: results
        .filter(({ log }) => log.error !== undefined)
        .map((one) => ({ ...written(one), error: one.log.error })),
      cases: results
        .filter(({ log }) => log.error === undefined)
        .map((one) => ({ ...written(one), engineBytes: bytesOf(one.log, one.workload), log: one.log })),
    })}\n`,
  );
  console.error(`${results.length} cases of ${ids.size} models`);
  return 0;
}

/**
 * Asks SGLang's code about models and workloads that the seed picks, and compares with what kv says; 1 where something
 * differs. Nothing is written.
 */
function askAtRandom(count) {
  const random = randomNumbers(Number(values.seed));
  const chosen = known.filter(
    ({ model }) => words.length === 0 || words.some((word) => model.id.includes(word)),
  );
  const results = answered(Array.from({ length: count }, () => randomCase(random, chosen)));
  let different = 0;
  for (const { log, ...one } of results) {
    const text = difference(log, one, AVAILABLE_BYTES);
    if (text !== undefined) {
      different += 1;
      const { model, workload, settings } = one;
      console.log(
        `${model.id} (${model.layers.length} layers) ${JSON.stringify({ workload, settings })}: ${text}`,
      );
    }
  }
  const refused = results.filter(({ log }) => log.error !== undefined).length;
  console.log(`${count} cases asked, seed ${values.seed}, SGLang refused ${refused}: ${different} differ`);
  return different === 0 ? 0 : 1;
}

function answered(cases) {
  const answers = JSON.parse(
    execFileSync('python3', [POOLS, source], {
      input: JSON.stringify(cases.map((one) => questionOf(one, AVAILABLE_BYTES))),
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 2],
    }),
  );
  return cases.map((one, index) => ({ ...one, log: answers[index] }));
}
