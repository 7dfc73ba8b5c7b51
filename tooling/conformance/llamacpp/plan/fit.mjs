import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { integer, oneOf, randomNumbers } from '../../random.mjs';
import { writeSparseGguf } from '../gguf.mjs';
import { install } from '../install.mjs';
import { FILES } from './files.mjs';

/**
 * Writes down what the engine's `--fit` chooses for models and devices that the seed picks:
 * `node tooling/conformance/llamacpp/plan/fit.mjs [--count 40] [--seed 1]`.
 */
const GOLDEN = fileURLToPath(
  new URL('../../../../packages/core/test/golden/llamacpp-fit.json', import.meta.url),
);
const PROCESS = fileURLToPath(new URL('fit-process.mjs', import.meta.url));
const MEBIBYTE = 2 ** 20;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
});

install();
const { nativeLibraries } = await import('./native.mjs');
const { VERSION } = await import('../library.mjs');
const libraries = nativeLibraries();
const folder = mkdtempSync(join(tmpdir(), 'kv-llamacpp-fit-'));
try {
  const random = randomNumbers(Number(values.seed));
  const cases = Array.from({ length: Number(values.count) }, () => answered(random));
  const models = FILES.map(({ id, metadata, tensors }) => [
    id,
    { metadata, tensors: tensors.map(({ name, shape, type }) => [name, shape, type]) },
  ]);
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const head = {
    engine: 'llama.cpp',
    version: VERSION,
    generator: 'tooling/conformance/llamacpp/plan/fit.mjs',
  };
  writeFileSync(
    GOLDEN,
    `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "models": {\n${lines(models.map(([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`))}\n  },\n  "cases": [\n${lines(cases.map((one) => JSON.stringify(one)))}\n  ]\n}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A question that the seed picks, with the engine's answer. */
function answered(random) {
  const { id, metadata, tensors } = oneOf(random, FILES);
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const count = integer(random, 1, 3);
  const free = Array.from({ length: count }, () =>
    Math.max(2000, Math.round((bytes / MEBIBYTE / count) * (0.3 + 1.5 * random()))),
  ).map((mebibytes) => mebibytes * MEBIBYTE);
  const isServer = random() < 0.6;
  const numSequences = isServer && random() < 0.7 ? 4 : 1;
  const question = {
    ctxSize: random() < 0.5 ? 0 : oneOf(random, [4096, 8192, 16384]),
    numSequences,
    isServer,
    kvUnified: numSequences > 1 && random() < 0.7,
  };
  const path = join(folder, 'model.gguf');
  const answer = join(folder, 'answer.json');
  writeSparseGguf(path, metadata, tensors);
  execFileSync(execPath, [PROCESS, JSON.stringify({ ...libraries, answer, path, question })], {
    stdio: 'ignore',
    env: { ...process.env, PLAN_DEVICES: free.join(',') },
  });
  console.error(id, free.map((one) => one / MEBIBYTE).join(','));
  return { model: id, free, ...question, answer: JSON.parse(readFileSync(answer, 'utf8')) };
}
