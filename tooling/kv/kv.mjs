// Runs kv from a clone: builds what changed, silently, then becomes the command itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const command = join(root, 'packages', 'cli', 'dist', 'kv.js');

if (process.stderr.isTTY && !existsSync(command)) {
  process.stderr.write('Building kv, once ...\n');
}
const turbo = createRequire(join(root, 'package.json')).resolve('turbo/bin/turbo');
const build = spawnSync(
  process.execPath,
  [turbo, 'run', 'build', '--filter=@kv/cli...', '--output-logs=errors-only'],
  {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  },
);
if (build.status === 0) {
  await import(command);
} else {
  process.stderr.write(`${build.stdout}${build.stderr}\nkv: the build failed.\n`);
  process.exitCode = 1;
}
