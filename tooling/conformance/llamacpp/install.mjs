import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Installs the engine beside this file where it is not there yet. */
export function install() {
  if (!existsSync(join(HERE, 'node_modules/node-llama-cpp'))) {
    execFileSync('npx', ['-y', 'pnpm@10', 'install', '--frozen-lockfile'], {
      cwd: HERE,
      stdio: ['ignore', 2, 2],
    });
  }
}
