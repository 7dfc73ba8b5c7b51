import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What is asked: PyPI's names and versions. */
export const PACKAGES = {
  transformers: '5.24.0',
  torch: '2.15.0',
  'optimum-quanto': '0.2.7',
  hqq: '0.2.8.post1',
};

const FOLDER = fileURLToPath(new URL('venv', import.meta.url));
const PYTHON = `${FOLDER}/bin/python`;
const MEASURE = fileURLToPath(new URL('measure.py', import.meta.url));
const RANDOM_CONFIGS = fileURLToPath(new URL('random_configs.py', import.meta.url));

/** Makes a virtual environment with the packages, once. */
export function install() {
  if (!existsSync(PYTHON)) {
    run('python3', ['-m', 'venv', FOLDER]);
  }
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}==${version}`);
  run(PYTHON, ['-m', 'pip', 'install', '--quiet', ...wanted]);
}

/**
 * What transformers holds for each case of each model: see `measure.py`.
 *
 * @param version another release than the installed one, which is fetched beside it.
 */
export async function measure(models, version) {
  const beside = version === undefined ? undefined : `${FOLDER}/transformers-${version}`;
  if (beside !== undefined && !existsSync(beside)) {
    const wanted = `transformers==${version}`;
    run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--target', beside, wanted]);
  }
  const environment = { ...process.env, ...(beside !== undefined && { PYTHONPATH: beside }) };
  const processes = Math.min(models.length, availableParallelism());
  const shares = Array.from({ length: processes }, (_, share) =>
    models.filter((_model, index) => index % processes === share),
  );
  const answers = await Promise.all(shares.map((share) => answersTo(share, environment)));
  return models.map((_model, index) => answers[index % processes][Math.floor(index / processes)]);
}

async function answersTo(models, env) {
  const child = spawn(PYTHON, [MEASURE], { env, stdio: ['pipe', 'pipe', 2] });
  child.stdin.end(JSON.stringify(models));
  return json(child.stdout);
}

/** Configs that the seed picks, so many of each type, or of all types where none is named: see `random_configs.py`. */
export async function randomConfigs(count, seed, modelTypes) {
  const drawing = [RANDOM_CONFIGS, String(count), String(seed), ...modelTypes];
  return json(spawn(PYTHON, drawing, { stdio: ['ignore', 'pipe', 2] }).stdout);
}

function run(command, args) {
  execFileSync(command, args, { stdio: ['ignore', 2, 2] });
}
