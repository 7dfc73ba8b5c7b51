import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unpacked } from '../conformance/pypi.mjs';
import { citationsIn } from './citations.mjs';
import { reportOf } from './report.mjs';

const USAGE =
  'pnpm drift vllm 0.NN [0.MM]: what changed in 0.NN since 0.MM, by default the newest release with a record';

const RULES = fileURLToPath(new URL('../../packages/core/src/engines/vllm', import.meta.url));

const [engine, newer, older = newestRecord()] = process.argv.slice(2);
if (engine !== 'vllm' || newer === undefined) {
  console.error(USAGE);
  process.exit(2);
}

const trees = [];
try {
  for (const release of [older, newer]) {
    trees.push(await unpacked('vllm', (name) => name === `vllm-${fullVersion(release)}.tar.gz`));
  }
  const changes = execFileSync(
    'python3',
    [fileURLToPath(new URL('changes.py', import.meta.url)), ...trees.map(({ source }) => source)],
    { input: JSON.stringify(citationsIn(RULES, 'vllm')), encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  console.log(reportOf(JSON.parse(changes), older, newer));
} finally {
  for (const { folder } of trees) {
    rmSync(folder, { recursive: true, force: true });
  }
}

function newestRecord() {
  return /release: '(?<release>[\d.]+)'/.exec(readFileSync(`${RULES}/releases.ts`, 'utf8'))?.groups?.release;
}

/** `0.33` is 0.33.0. */
function fullVersion(release) {
  return release.split('.').length === 2 ? `${release}.0` : release;
}
