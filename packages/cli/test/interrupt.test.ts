import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONFIGS } from './configs.js';
import { KV, temporaryFolder } from './kv.js';

const COMMANDS = [['plot'], ['compare', CONFIGS['meta-llama/Llama-3.1-8B']]];
const SIGNALS = [
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
  { signal: 'SIGHUP', code: 129 },
] as const;

/** Processes that name that folder in their arguments or their environment. */
function processesOf(folder: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

describe('a command that is interrupted', () => {
  const folder = temporaryFolder();
  const scratch = () => join(folder.path, 'scratch');

  beforeEach(() => {
    mkdirSync(scratch());
  });

  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [KV, ...args], {
      cwd: folder.path,
      env: { ...process.env, TMPDIR: scratch(), ...env },
      stdio: 'ignore',
    });
    return { child, ended: new Promise((resolve) => child.on('close', resolve)) };
  }

  it.each(COMMANDS.flatMap((command) => SIGNALS.map((signal) => ({ command, ...signal }))))(
    'in the middle of a PDF leaves nothing behind: $command.0, $signal',
    async ({ command, signal, code }) => {
      writeFileSync(join(folder.path, 'old.pdf'), 'old');
      const { child, ended } = start([...command, '--out', 'new.pdf', '--out', 'old.pdf']);
      await expect
        .poll(() => processesOf(scratch()).length, { timeout: 30_000, interval: 10 })
        .toBeGreaterThan(0);
      child.kill(signal);
      expect(await ended).toBe(code);
      await expect.poll(() => readdirSync(scratch())).toEqual([]);
      await expect.poll(() => processesOf(scratch()), { timeout: 10_000 }).toEqual([]);
      expect(existsSync(join(folder.path, 'new.pdf'))).toBe(false);
      expect(readFileSync(join(folder.path, 'old.pdf'), 'utf8')).toBe('old');
      expect(readdirSync(folder.path).sort()).toEqual(['old.pdf', 'scratch']);
    },
  );

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'while it unpacks its browser leaves no part of one',
    async () => {
      const cache = join(folder.path, 'cache');
      const { child, ended } = start(['plot', '--out', 'x.pdf'], {
        ...{ PATH: '', XDG_CACHE_HOME: cache, PLAYWRIGHT_BROWSERS_PATH: join(folder.path, 'none') },
      });
      const unpacked = () => (existsSync(join(cache, 'kv')) ? readdirSync(join(cache, 'kv')) : []);
      await expect.poll(unpacked, { timeout: 30_000, interval: 5 }).not.toEqual([]);
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(unpacked().filter((name) => name.includes('partial'))).toEqual([]);
    },
  );
});
