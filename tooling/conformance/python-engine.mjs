import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describedIn, format, goldenCases } from './models.mjs';
import { unpacked } from './pypi.mjs';
import { randomNumbers } from './random.mjs';

/**
 * The command that asks an engine's own Python code, as released, about models: without flags it writes down what the
 * engine says, with `--random N --seed S` it asks about N cases and compares each with kv on the spot.
 *
 * @param engine its name in kv, `version` and `isFile` (of a file's name) of what PyPI has of it; `script`, the Python file
 *   that answers; `models`, what it is asked about; `casesFor` a model; `randomCase`, one of some models; `questionOf` a
 *   case; `bytesOf` an answer; `difference` between an answer and kv, in words.
 */
export async function askPythonEngine(engine) {
  const { values, positionals: words } = parseArgs({
    allowPositionals: true,
    options: { random: { type: 'string' }, seed: { type: 'string', default: '1' } },
  });
  const { folder, source } = await unpacked(engine.name, engine.isFile);
  const answered = (cases) => answers(engine, source, cases);
  try {
    process.exitCode =
      values.random === undefined
        ? writeGolden(engine, answered)
        : askAtRandom(engine, answered, { count: Number(values.random), seed: values.seed, words });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeGolden(engine, answered) {
  const results = answered(goldenCases(engine.models, engine.casesFor));
  const ids = new Set(results.map(({ model }) => model.id));
  const written = ({ model, workload, settings }) => ({ model: model.id, workload, settings });
  const isRefused = ({ log }) => log.error !== undefined;
  writeFileSync(
    fileURLToPath(new URL(`../../packages/core/test/golden/${engine.name}.json`, import.meta.url)),
    `${format({
      engine: engine.name,
      version: engine.version,
      generator: `tooling/conformance/${engine.name}/run.mjs`,
      availableBytes: engine.availableBytes,
      models: describedIn(ids),
      refused: results.filter(isRefused).map((one) => ({ ...written(one), error: one.log.error })),
      cases: results
        .filter((one) => !isRefused(one))
        .map((one) => ({
          ...written(one),
          engineBytes: engine.bytesOf(one.log, one.workload),
          log: one.log,
        })),
    })}\n`,
  );
  console.error(`${results.length} cases of ${ids.size} models`);
  return 0;
}

function askAtRandom(engine, answered, { count, seed, words }) {
  const random = randomNumbers(Number(seed));
  const known = engine.models.filter(
    ({ model }) => words.length === 0 || words.some((word) => model.id.includes(word)),
  );
  const results = answered(Array.from({ length: count }, () => engine.randomCase(random, known)));
  const different = results.flatMap(({ log, ...one }) => {
    const text = engine.difference(log, one, engine.availableBytes);
    return text === undefined ? [] : [{ ...one, text }];
  });
  for (const { model, workload, settings, text } of different) {
    console.log(
      `${model.id} (${model.layers.length} layers) ${JSON.stringify({ workload, settings })}: ${text}`,
    );
  }
  const refused = results.filter(({ log }) => log.error !== undefined).length;
  console.log(
    `${count} cases asked, seed ${seed}, ${refused} refused by ${engine.name}: ${different.length} differ`,
  );
  return different.length === 0 ? 0 : 1;
}

function answers({ script, questionOf, availableBytes }, source, cases) {
  const printed = execFileSync('python3', [script, source], {
    input: JSON.stringify(cases.map((one) => questionOf(one, availableBytes))),
    env: { ...process.env, PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)) },
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 2],
  });
  const parsed = JSON.parse(printed);
  return cases.map((one, index) => ({ ...one, log: parsed[index] }));
}
